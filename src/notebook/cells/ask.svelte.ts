import { DEFAULT_GRPO_CONFIG } from '../../training/grpoConfig.ts';
import type { SamplingSettings } from '../../policy/policy.ts';
import type { Question } from '../../questions/question.ts';
import { scoreResponse, type Reward } from '../../questions/reward.ts';
import { isAbort } from '../errors.ts';
import { questionImage, type Notebook } from '../notebook.svelte.ts';

export interface LiveResponse {
  tokens: string[];
  logprobs?: Float32Array;
  letters: number[] | null;
  reward: Reward | null;
  terminated: boolean;
}

export interface AskConfig {
  count: number;
  sampling: Omit<SamplingSettings, 'seed'>;
}

/** Asks the model the question that is shown. */
export class AskCell {
  readonly #notebook: Notebook;
  config = $state.raw<AskConfig>({ count: 2, sampling: DEFAULT_GRPO_CONFIG.sampling });
  /** What was asked: stays while another question is looked at. */
  asked = $state.raw<Question | null>(null);
  responses = $state<LiveResponse[]>([]);
  writing = $state(false);
  error = $state('');
  tokensPerSecond = $state(0);
  #abort: AbortController | null = null;
  #asks = 0;

  constructor(notebook: Notebook) {
    this.#notebook = notebook;
  }

  readonly obstacle = $derived.by(() => {
    const n = this.#notebook;
    if (!n.model) return 'The model has not loaded yet.';
    if (!n.question) return 'There is no question yet.';
    if (n.modelUser === 'ask' && !this.writing) return 'The model is at work below.';
    if (n.modelUser === 'train') return 'The model is busy training; pause it to ask.';
    return '';
  });

  readonly summary = $derived(this.writing ? 'answering' : this.responses.length ? 'answered' : '');

  async ask() {
    const { model, question, bundle } = this.#notebook;
    if (this.obstacle || this.writing || !model || !question || !bundle) return;
    const abort = (this.#abort = new AbortController());
    const { count, sampling } = this.config;
    this.#notebook.modelUser = 'ask';
    this.writing = true;
    this.error = '';
    this.asked = question;
    this.responses = Array.from({ length: count }, () => ({
      tokens: [],
      letters: null,
      reward: null,
      terminated: false,
    }));
    try {
      await model.policy.setAdapter(this.#notebook.adapter?.adapter ?? null);
      const prompt = await model.policy.encode(question.prompt, await questionImage(bundle, question));
      abort.signal.throwIfAborted();
      const began = performance.now();
      const completions = await model.policy.generate(
        prompt,
        count,
        { ...sampling, seed: this.#asks++ },
        {
          signal: abort.signal,
          onTokens: (tokens) =>
            tokens.forEach((token, i) => {
              if (token !== null) this.responses[i].tokens.push(token);
            }),
        },
      );
      const made = completions.reduce((n, c) => n + c.ids.length, 0);
      this.tokensPerSecond = (1000 * made) / (performance.now() - began);
      this.responses = completions.map((c) => ({
        tokens: c.tokens,
        logprobs: c.logprobs,
        letters: c.letters,
        reward: scoreResponse(c.text, question.answer),
        terminated: c.terminated,
      }));
    } catch (error) {
      if (!isAbort(error)) this.error = (error as Error).message;
    } finally {
      this.writing = false;
      this.#notebook.modelUser = null;
    }
  }

  cancel() {
    this.#abort?.abort();
  }
}
