import type { Adapter } from '../../checkpoint/adapter.ts';
import type { Bundle } from '../../demos/demonstration.ts';
import type { LetterTrace } from '../../policy/policy.ts';
import type { Question } from '../../questions/question.ts';
import { isAbort } from '../errors.ts';
import { unlessAborted } from '../unlessAborted.ts';
import { questionImage, type Notebook, type Progress } from '../notebook.svelte.ts';

export interface Read {
  bundle: Bundle;
  question: Question;
  /** Of the response's tokens. */
  ids: ArrayLike<number>;
  /** Null: the base model. */
  adapter: Adapter | null;
}

/** The probabilities of the four letters along a thought, read when asked for. */
export class LetterReading {
  readonly #notebook: Notebook;
  letters = $state.raw<LetterTrace | null>(null);
  progress = $state.raw<Progress | null>(null);
  error = $state('');
  #abort: AbortController | null = null;

  constructor(notebook: Notebook) {
    this.#notebook = notebook;
  }

  /** Why nothing can be read now; '' when it can. */
  readonly obstacle = $derived.by(() => (this.#notebook.model ? '' : 'The model has not loaded yet.'));

  async read({ bundle, question, ids, adapter }: Read) {
    const { model } = this.#notebook;
    if (!model) return;
    this.forget();
    const abort = (this.#abort = new AbortController());
    const { signal } = abort;
    try {
      const letters = await this.#notebook.useModel(signal, async () => {
        await model.policy.setAdapter(adapter);
        const prompt = await model.policy.encode(question.prompt, await questionImage(bundle, question));
        return model.policy.letterTrace(prompt, Int32Array.from(ids), {
          signal,
          onProgress: unlessAborted(signal, (done, total) => {
            this.progress = { label: 'Reading along the thought', done, total };
          }),
        });
      });
      if (!signal.aborted) this.letters = letters;
    } catch (error) {
      if (!isAbort(error)) this.error = (error as Error).message;
    } finally {
      // What is still told of it comes late.
      abort.abort();
      if (this.#abort === abort) this.progress = null;
    }
  }

  cancel() {
    this.#abort?.abort();
  }

  /** Another response is shown. */
  forget() {
    this.cancel();
    [this.letters, this.progress, this.error] = [null, null, ''];
  }
}
