import type { CheckpointConfig } from '../../checkpoint/config.ts';
import type { Question } from '../../questions/question.ts';
import type { SftExample } from '../../training/sft.ts';
import type { LoadedModel, Notebook } from '../notebook.svelte.ts';
import type { TrainConfig } from '../trainConfig.ts';
import type { UpdateLengths } from './updateEstimate.ts';

/** Not needed before a model is there. */
type Tools = typeof import('./updateTools.ts');

/** Milliseconds: a question that is only passed by is not counted. */
const PAUSE = 250;

interface Counted extends UpdateLengths {
  model: LoadedModel;
  checkpoint: CheckpointConfig;
}

/** What an update will hold, from when model and question are known, before training is asked for. */
export class UpdateMemory {
  readonly #notebook: Notebook;
  readonly #config: () => TrainConfig;
  readonly #asked: () => Question | undefined;
  #counted = $state.raw<Counted | null>(null);
  #tools = $state.raw<Tools | null>(null);

  /** @param asked a question of the run, where there is one; else the one that is shown above is counted. */
  constructor(notebook: Notebook, config: () => TrainConfig, asked: () => Question | undefined) {
    [this.#notebook, this.#config, this.#asked] = [notebook, config, asked];
    $effect(() => {
      if (!this.#model) return;
      // Without them nothing is told; training says by itself what it lacks.
      import('./updateTools.ts').then((tools) => (this.#tools = tools)).catch(() => undefined);
    });
    $effect(() => {
      const [model, prompt, response] = [this.#model, this.#prompt, this.#response];
      if (!model || prompt === null) return;
      const abort = new AbortController();
      const timer = setTimeout(() => void this.#count(model, prompt, response, abort.signal), PAUSE);
      return () => {
        clearTimeout(timer);
        abort.abort();
      };
    });
  }

  readonly #model = $derived.by(() => {
    const { model } = this.#notebook;
    return model?.askOnly === null ? model : null;
  });
  readonly #question = $derived.by(() => this.#asked() ?? this.#notebook.question);
  /** What the longest row about the question reads and, supervised, is shown. */
  readonly #row = $derived.by((): { prompt: string; response: string | null } | null => {
    const { method, sft } = this.#config();
    const question = this.#question;
    if (!question || !this.#tools) return null;
    if (method === 'grpo') return { prompt: question.prompt, response: null };
    const demo = this.#notebook.demonstration(question.demonstration);
    const settings = this.#notebook.questionSettings;
    const source = { questions: [question], demonstrations: demo ? [demo] : [], settings };
    if (!demo && sft.response !== 'answer' && sft.response !== 'reasoned') return null;
    const [longest] = this.#tools.supervisedExamples(source, sft).sort((a, b) => lengthOf(b) - lengthOf(a));
    return { prompt: longest.question.prompt, response: longest.response };
  });
  readonly #prompt = $derived(this.#row?.prompt ?? null);
  readonly #response = $derived(this.#row?.response ?? null);

  /** Null until it is known. */
  readonly estimate = $derived.by(() => {
    const counted = this.#counted;
    if (!this.#tools || !counted || counted.model !== this.#model) return null;
    return this.#tools.updateEstimate(counted.checkpoint, this.#config(), counted.model, counted);
  });

  async #count(model: LoadedModel, prompt: string, response: string | null, signal: AbortSignal) {
    try {
      const [checkpoint, length, written] = await Promise.all([
        model.config(),
        model.promptLength(prompt),
        response === null ? null : model.policy.encodeResponse(response).then((ids) => ids.length),
      ]);
      if (!signal.aborted) this.#counted = { model, checkpoint, prompt: length, written };
    } catch {
      // The model ended or cannot be read: whoever uses it next says so.
      if (!signal.aborted) this.#counted = null;
    }
  }
}

const lengthOf = ({ question, response }: SftExample) => question.prompt.length + response.length;
