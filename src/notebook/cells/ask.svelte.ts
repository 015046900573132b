import { DEFAULT_GRPO_CONFIG } from '../../training/grpoConfig.ts';
import type { Bundle } from '../../demos/demonstration.ts';
import type { Policy, SamplingSettings } from '../../policy/policy.ts';
import type { Question } from '../../questions/question.ts';
import { scoreResponse, type Reward } from '../../questions/reward.ts';
import type { CellState } from '../document/cell.ts';
import { isAbort } from '../errors.ts';
import { hashText } from '../evaluation/hashText.ts';
import { WrongFields } from '../settings/wrongFields.svelte.ts';
import { LetterReading } from '../traces/letterReading.svelte.ts';
import { unlessAborted } from '../unlessAborted.ts';
import { questionImage, type NamedAdapter, type Notebook } from '../notebook.svelte.ts';

export interface LiveResponse {
  tokens: string[];
  /** Once it is finished. */
  ids?: number[];
  logprobs?: number[];
  letters: number[] | null;
  reward: Reward | null;
  terminated: boolean;
}

export interface AskConfig {
  count: number;
  sampling: Omit<SamplingSettings, 'seed'>;
}

/** The last answer, as it is kept. */
export interface AskResults {
  question: Question;
  /** The run whose adapter answered; null: the base model did. */
  answeredBy: { run: string; name: string } | null;
  device: string;
  tokensPerSecond: number;
  /** Hash of all that it was made from. */
  madeFrom: string;
  responses: LiveResponse[];
}

export const DEFAULT_ASK_CONFIG: AskConfig = { count: 2, sampling: DEFAULT_GRPO_CONFIG.sampling };

/** Asks the model the question that is shown above. */
export class AskCell implements CellState {
  readonly #notebook: Notebook;
  config = $state.raw<AskConfig>(DEFAULT_ASK_CONFIG);
  readonly wrong = new WrongFields();
  /** What was asked: stays while another question is looked at. */
  asked = $state.raw<Question | null>(null);
  /** With whose adapter it was answered; null: the base model. */
  answeredBy = $state.raw<{ run: string; name: string } | null>(null);
  /** The adapter itself, as it was then; null: the base model, or an answer kept from before a reload. */
  adapter = $state.raw<NamedAdapter | null>(null);
  device = $state('');
  responses = $state<LiveResponse[]>([]);
  /** The response that is looked into. */
  opened = $state(0);
  readonly reading: LetterReading;
  writing = $state(false);
  error = $state('');
  tokensPerSecond = $state(0);
  #abort: AbortController | null = null;
  #asks = 0;
  #madeFrom = $state('');

  constructor(notebook: Notebook, settings?: AskConfig, results?: AskResults) {
    this.#notebook = notebook;
    this.reading = new LetterReading(notebook);
    if (settings) this.config = settings;
    if (!results) return;
    [this.asked, this.answeredBy, this.responses] = [results.question, results.answeredBy, results.responses];
    [this.device, this.tokensPerSecond] = [results.device, results.tokensPerSecond];
    this.#madeFrom = results.madeFrom;
  }

  get settings(): AskConfig {
    return this.config;
  }

  /** None while it answers, and of a cancelled answer. */
  get results(): AskResults | null {
    const { asked: question, answeredBy, device, tokensPerSecond } = this;
    const madeFrom = this.#madeFrom;
    if (!question || !madeFrom || this.writing) return null;
    const responses = $state.snapshot(this.responses);
    return { question, answeredBy, device, tokensPerSecond, madeFrom, responses };
  }

  /** What would answer now is what answered. */
  readonly isCurrent = $derived.by(() => {
    const { adapter } = this.#notebook;
    return this.adapter === adapter && (this.answeredBy?.run ?? null) === (adapter?.run ?? null);
  });

  /** Why the letters along a thought cannot be read; '' when they can. */
  readonly unread = $derived(
    this.answeredBy && !this.adapter ? 'The adapter that answered is not at hand: ask again.' : '',
  );

  readonly #basis = $derived.by(() => {
    const { model, question, bundle, openedQuestions } = this.#notebook;
    return hashText(
      JSON.stringify([model?.name, question, bundle?.name, openedQuestions?.name ?? null, this.config]),
    );
  });

  readonly obstacle = $derived.by(() => {
    const n = this.#notebook;
    if (!n.model) return 'The model has not loaded yet.';
    if (!n.question) return 'There is no question yet.';
    return this.wrong.obstacle;
  });

  /** Who has the model while this cell waits for it. */
  readonly waitingFor = $derived.by(() => this.#notebook.waitingFor);

  readonly stale = $derived.by(() => {
    const { model, question } = this.#notebook;
    if (!this.responses.length || this.writing || !model || !question) return '';
    if (this.asked?.id !== question.id) return 'Another question is shown above; ask again for it.';
    return this.#madeFrom === this.#basis
      ? ''
      : 'The question, the model or the settings have changed since; ask again.';
  });

  readonly fresh = $derived(this.responses.length > 0 && !this.stale);

  readonly summary = $derived(this.writing ? 'answering' : this.responses.length ? 'answered' : '');

  get busy(): boolean {
    return this.writing;
  }

  async runAll(): Promise<boolean> {
    await this.ask();
    return this.fresh;
  }

  async ask() {
    const { model, question, bundle } = this.#notebook;
    if (this.obstacle || this.writing || !model || !question || !bundle) return;
    const abort = (this.#abort = new AbortController());
    const basis = this.#basis;
    this.writing = true;
    [this.error, this.#madeFrom] = ['', ''];
    this.asked = question;
    this.reading.forget();
    this.responses = Array.from({ length: this.config.count }, () => ({
      tokens: [],
      letters: null,
      reward: null,
      terminated: false,
    }));
    try {
      await this.#notebook.useModel(abort.signal, () =>
        this.#answer(model.policy, question, bundle, abort.signal),
      );
      this.#madeFrom = basis;
    } catch (error) {
      if (!isAbort(error)) this.error = (error as Error).message;
      this.responses = this.responses.filter((r) => r.tokens.length > 0);
    } finally {
      // What is still told of it comes late.
      abort.abort();
      this.writing = false;
    }
  }

  async #answer(policy: Policy, question: Question, bundle: Bundle, signal: AbortSignal) {
    const { count, sampling } = this.config;
    this.adapter = this.#notebook.adapter;
    this.answeredBy = this.adapter && { run: this.adapter.run, name: this.adapter.name };
    this.device = policy.device;
    await policy.setAdapter(this.adapter?.adapter ?? null);
    const image = await questionImage(bundle, question, this.#notebook.openedQuestions);
    const prompt = await policy.encode(question.prompt, image);
    signal.throwIfAborted();
    const began = performance.now();
    const completions = await policy.generate(
      prompt,
      count,
      { ...sampling, seed: this.#asks++ },
      {
        signal,
        onTokens: unlessAborted(signal, (tokens) =>
          tokens.forEach((token, i) => {
            if (token !== null) this.responses[i].tokens.push(token);
          }),
        ),
      },
    );
    const made = completions.reduce((n, c) => n + c.ids.length, 0);
    this.tokensPerSecond = (1000 * made) / (performance.now() - began);
    this.responses = completions.map((c) => ({
      tokens: c.tokens,
      ids: [...c.ids],
      logprobs: [...c.logprobs],
      letters: c.letters,
      reward: scoreResponse(c.text, question.answer),
      terminated: c.terminated,
    }));
  }

  open(response: number) {
    this.opened = response;
    this.reading.forget();
  }

  cancel() {
    this.#abort?.abort();
  }
}
