import type { Adapter } from '../../checkpoint/adapter.ts';
import type { Bundle } from '../../demos/demonstration.ts';
import type { Question } from '../../questions/question.ts';
import { scoreResponse, type Reward } from '../../questions/reward.ts';
import type { RunSummary } from '../../runs/run.ts';
import { DEFAULT_GRPO_CONFIG } from '../../training/grpoConfig.ts';
import { isAbort } from '../errors.ts';
import { Fault, RemediableError } from '../fault.svelte.ts';
import { questionImage, type Notebook } from '../notebook.svelte.ts';
import { storedRuns } from '../runs.ts';

/** In place of a run's id. */
export const BASE = 'base';

export interface Said {
  name: string;
  text: string;
  reward: Reward;
}

/** Two adapters on one question, greedily, so that what differs is theirs. */
export class CompareState {
  readonly #notebook: Notebook;
  /** What the trace in view was asked; null where there is none, and the question chosen above stands in. */
  readonly #read: () => { bundle: Bundle; question: Question } | null;
  /** Run ids, or BASE. */
  sides = $state.raw<[string, string]>([BASE, BASE]);
  asked = $state.raw<Question | null>(null);
  said = $state.raw<[Said, Said] | null>(null);
  busy = $state(false);
  readonly fault = new Fault();
  #abort: AbortController | null = null;
  #chosen = false;

  constructor(notebook: Notebook, read: () => { bundle: Bundle; question: Question } | null) {
    [this.#notebook, this.#read] = [notebook, read];
  }

  get error(): string {
    return this.fault.text;
  }
  set error(text: string) {
    this.fault.text = text;
  }

  readonly subject = $derived.by(() => {
    const { bundle, question } = this.#notebook;
    const read = this.#read();
    if (read) return { ...read, ofTrace: true };
    return bundle && question ? { bundle, question, ofTrace: false } : null;
  });

  readonly obstacle = $derived.by(() => {
    const n = this.#notebook;
    if (!n.model) return 'The model has not loaded yet.';
    if (!this.subject) return 'There is no question yet.';
    return '';
  });

  /** The newest run against the base model, until the visitor chooses. */
  propose(id: string) {
    if (!this.#chosen && !this.busy && !this.said) this.sides = [BASE, id];
  }

  set(side: 0 | 1, id: string) {
    this.#chosen = true;
    this.sides = side === 0 ? [id, this.sides[1]] : [this.sides[0], id];
    this.said = null;
  }

  async compare(runs: RunSummary[]) {
    const { model, openedQuestions } = this.#notebook;
    const { subject } = this;
    if (this.obstacle || this.busy || !model || !subject) return;
    const { bundle, question } = subject;
    const { signal } = (this.#abort = new AbortController());
    [this.busy, this.error, this.said, this.asked] = [true, '', null, question];
    try {
      await this.#notebook.useModel(signal, async () => {
        const image = await questionImage(bundle, question, openedQuestions);
        const prompt = await model.policy.encode(question.prompt, image);
        const said: Said[] = [];
        for (const id of this.sides) {
          signal.throwIfAborted();
          await model.policy.setAdapter(await this.#adapter(id, model.name));
          const sampling = { ...DEFAULT_GRPO_CONFIG.sampling, temperature: 0, seed: 0 };
          const [{ text }] = await model.policy.generate(prompt, 1, sampling, { signal });
          const name = runs.find((run) => run.id === id)?.name ?? 'base model';
          said.push({ name, text, reward: scoreResponse(text, question.answer) });
        }
        this.said = [said[0], said[1]];
      });
    } catch (error) {
      if (!isAbort(error)) this.fault.tell(error as Error);
    } finally {
      this.busy = false;
    }
  }

  cancel() {
    this.#abort?.abort();
  }

  async #adapter(id: string, checkpoint: string): Promise<Adapter | null> {
    if (id === BASE) return null;
    const run = await (await storedRuns()).load(id);
    if (run.checkpoint !== checkpoint) {
      throw new RemediableError(
        `“${run.name}” fits ${run.checkpoint}, not ${checkpoint}: load that checkpoint first`,
        { load: run.checkpoint },
      );
    }
    return run.state?.adapter ?? null;
  }
}
