import { hasZeroVariance, mean, standardDeviation } from '../../training/advantages.ts';
import { tokenAdvantages } from '../../training/estimators.ts';
import type { CellState } from '../document/cell.ts';
import type { Notebook, Progress } from '../notebook.svelte.ts';
import { advantageFormula } from './advantageFormula.ts';
import { Work } from '../work.svelte.ts';
import { ALGORITHMS, type Algorithm } from './algorithms.ts';
import { EXAMPLE_GROUPS } from './exampleGroups.ts';
import type { LabConfig, LabResults } from './labConfig.ts';
import type { LabGroup } from './labGroup.ts';
import { tokenObjective, tokenShare, type ClipSettings } from './tokenObjective.ts';

/** One group under the glass, and what the reader changes on it. */
export class LabCell implements CellState {
  groups = $state.raw<LabGroup[]>(EXAMPLE_GROUPS);
  /** As it was drawn. */
  whole = $state.raw<LabGroup>(EXAMPLE_GROUPS[0]);
  /** G: of the responses drawn, so many of the first make up the group. */
  numGenerations = $state(EXAMPLE_GROUPS[0].responses.length);
  /** Of all that were drawn, as recorded until changed by hand. */
  #totals = $state.raw<number[]>(totals(EXAMPLE_GROUPS[0]));
  algorithm = $state.raw<Algorithm>(ALGORITHMS[0]);
  epsilon = $state(0.2);
  epsilonHigh = $state(0.2);
  beta = $state(0);
  response = $state(0);
  token = $state(0);
  /** Set by hand for the chosen token; null: as recorded. */
  ratio = $state<number | null>(null);
  /** p of the base model / p, set by hand; null: as recorded. */
  towardsBase = $state<number | null>(null);

  error = $state('');
  readonly #notebook: Notebook;
  readonly work = new Work((error) => (this.error = error.message));

  /** Of a recorded group, until it is found again. */
  #kept = $state.raw<{ settings: LabConfig; results: LabResults } | null>(null);

  constructor(notebook: Notebook, settings?: LabConfig, results?: LabResults) {
    this.#notebook = notebook;
    const example = EXAMPLE_GROUPS.find(({ title }) => title === settings?.example);
    this.study(example ?? EXAMPLE_GROUPS[0]);
    if (settings && example) this.#set(settings);
    if (settings && results) this.#kept = { settings, results };
  }

  get progress(): Progress | null {
    return this.work.progress;
  }

  get settings(): LabConfig {
    return (
      this.#kept?.settings ?? {
        example: this.whole.recorded ? null : this.whole.title,
        algorithm: this.algorithm.name,
        epsilon: this.epsilon,
        epsilon_high: this.epsilonHigh,
        beta: this.beta,
        num_generations: this.numGenerations,
        rewards: this.#totals.some((r, i) => r !== this.whole.responses[i].reward.total)
          ? this.#totals
          : null,
      }
    );
  }

  get results(): LabResults | null {
    const { recorded } = this.whole;
    return this.#kept?.results ?? (recorded && { recorded });
  }

  get shows(): string | null {
    return this.whole.recorded?.run ?? null;
  }

  /** The recorded group that was under the glass, with what was changed on it. */
  async reopen() {
    const kept = this.#kept;
    if (!kept) return;
    this.error = '';
    await this.work.run(async (signal, tell) => {
      const { groupAt } = await import('./groupAt.ts');
      const { bundle, openedQuestions } = this.#notebook;
      const group = await groupAt(kept.results.recorded, bundle, openedQuestions, tell, signal);
      if (this.#kept !== kept || !group) return;
      this.study(group);
      this.#set(kept.settings);
    });
    if (this.#kept === kept) this.#kept = null;
  }

  #set({ algorithm, epsilon, epsilon_high, beta, num_generations, rewards }: LabConfig) {
    this.algorithm = named(algorithm);
    [this.epsilon, this.epsilonHigh, this.beta] = [epsilon, epsilon_high, beta];
    if (rewards?.length === this.whole.responses.length) this.#totals = rewards;
    this.draw(num_generations);
  }

  readonly group = $derived<LabGroup>({
    ...this.whole,
    responses: this.whole.responses.slice(0, this.numGenerations),
  });
  readonly rewards = $derived(this.#totals.slice(0, this.numGenerations));

  readonly summary = $derived(this.groups.length > EXAMPLE_GROUPS.length ? this.group.title : 'an example');

  readonly changed = $derived(this.rewards.some((r, i) => r !== this.group.responses[i].reward.total));
  readonly flat = $derived(hasZeroVariance(this.rewards));
  readonly mean = $derived(mean(this.rewards));
  readonly std = $derived(standardDeviation(this.rewards));
  readonly lengths = $derived(this.group.responses.map((r) => r.tokens.length));

  /** What REINFORCE++ takes from the reward: beta times the log-ratio to the base model, where it is known. */
  readonly penalties = $derived(
    this.group.responses.map((r) =>
      r.logprobs.map((lp, t) => (r.reference ? this.beta * (lp - r.reference[t]) : 0)),
    ),
  );

  /** [algorithm][response][token] */
  readonly advantages = $derived(
    ALGORITHMS.map((a) => tokenAdvantages(a.estimator, this.rewards, this.lengths, this.penalties)),
  );

  readonly formula = $derived(
    advantageFormula(this.algorithm, this.rewards, this.lengths, this.penalties, this.response, this.token),
  );

  /** Whether the loss charges the KL, and by what. */
  readonly clip = $derived<ClipSettings>({
    epsilon: this.epsilon,
    epsilon_high: this.epsilonHigh,
    beta: this.algorithm.klIn === 'loss' ? this.beta : 0,
  });

  /** Every token of the chosen response as recorded. */
  readonly tokens = $derived(
    this.group.responses[this.response].tokens.map((_, t) => this.#objective(t, null, null)),
  );

  /** The chosen token, with what was set by hand. */
  readonly chosen = $derived(this.#objective(this.token, this.ratio, this.towardsBase));

  readonly share = $derived(this.shareOf(this.algorithm, this.response));

  shareOf(algorithm: Algorithm, response: number): number {
    return tokenShare(algorithm.average, this.lengths, response, this.group.max_completion_length);
  }

  advantage(response: number, token: number, algorithm = this.algorithm): number {
    return this.advantages[ALGORITHMS.indexOf(algorithm)][response][token];
  }

  /** log p of the chosen token: now, when sampled, and in the base model, with what was set by hand. */
  readonly logprobs = $derived(this.#logprobs(this.token, this.ratio, this.towardsBase));

  /** Takes up a group; one that is new joins the examples. */
  study(group: LabGroup) {
    if (!this.groups.includes(group)) this.groups = [...EXAMPLE_GROUPS, group];
    this.#kept = null;
    this.whole = group;
    this.algorithm = named(group.algorithm);
    this.numGenerations = group.responses.length;
    this.#totals = totals(group);
    this.epsilon = group.clip.epsilon;
    this.epsilonHigh = group.clip.epsilon_high ?? group.clip.epsilon;
    this.beta = group.clip.beta;
    this.choose(0, 0);
  }

  /** Whether the base model's probabilities are missing though they could be had. */
  readonly lacksBase = $derived(this.group.base !== null && !this.group.responses[0].reference);

  /** Why the base model cannot be asked now; '' when it can. */
  readonly obstacle = $derived.by(() => {
    const { model } = this.#notebook;
    if (!this.group.asked) return 'The run’s demonstrations are not at hand.';
    if (!model) return 'The model has not loaded yet.';
    const { checkpoint } = this.group.base ?? {};
    return checkpoint && checkpoint !== model.name ? `The run belongs to ${checkpoint}.` : '';
  });

  /** Asks the base model how likely it finds each token, so that the KL is the group's own. */
  async askBase() {
    const { model } = this.#notebook;
    const group = this.whole;
    if (this.obstacle || !model) return;
    this.error = '';
    await this.work.run(async (signal, tell) => {
      const { baseLogprobs } = await import('./baseLogprobs.ts');
      const references = await this.#notebook.useModel(signal, () =>
        baseLogprobs(group, model, tell, signal),
      );
      const known = {
        ...group,
        responses: group.responses.map((r, i) => ({ ...r, reference: references[i] })),
      };
      this.groups = this.groups.map((g) => (g === group ? known : g));
      if (this.whole === group) this.whole = known;
    });
  }

  cancel() {
    this.work.cancel();
  }

  use(algorithm: Algorithm) {
    this.algorithm = algorithm;
    this.epsilonHigh = algorithm.epsilon_high ?? this.group.clip.epsilon_high ?? this.epsilon;
  }

  reward(response: number, value: number) {
    this.#totals = this.#totals.map((r, i) => (i === response ? value : r));
  }

  /** As if only the first of the responses had been drawn. @param g from 2 to all of them */
  draw(g: number) {
    this.numGenerations = Math.max(2, Math.min(g, this.whole.responses.length));
    if (this.response >= this.numGenerations) this.choose(0, 0);
  }

  restore() {
    this.#totals = totals(this.whole);
  }

  choose(response: number, token: number) {
    [this.response, this.token] = [response, token];
    [this.ratio, this.towardsBase] = [null, null];
  }

  #logprobs(t: number, ratio: number | null, towardsBase: number | null) {
    const { logprobs, oldLogprobs, reference } = this.group.responses[this.response];
    const old = oldLogprobs[t];
    const now = ratio === null ? logprobs[t] : old + Math.log(ratio);
    const base = towardsBase === null ? (reference?.[t] ?? null) : now + Math.log(towardsBase);
    return { now, old, base };
  }

  #objective(t: number, ratio: number | null, towardsBase: number | null) {
    const { now, old, base } = this.#logprobs(t, ratio, towardsBase);
    return tokenObjective(now, old, base, this.advantage(this.response, t), this.clip);
  }
}

const named = (name: string) => ALGORITHMS.find((a) => a.name === name) ?? ALGORITHMS[0];

function totals(group: LabGroup): number[] {
  return group.responses.map((r) => r.reward.total);
}
