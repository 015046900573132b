import type { Adapter } from '../../checkpoint/adapter.ts';
import type { Bundle } from '../../demos/demonstration.ts';
import type { LetterTrace } from '../../policy/policy.ts';
import type { Question } from '../../questions/question.ts';
import { questionImage, type Notebook, type Progress } from '../notebook.svelte.ts';
import { Work } from '../work.svelte.ts';

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
  error = $state('');
  readonly work = new Work((error) => (this.error = error.message));

  constructor(notebook: Notebook) {
    this.#notebook = notebook;
  }

  get progress(): Progress | null {
    return this.work.progress;
  }

  /** Why nothing can be read now; '' when it can. */
  readonly obstacle = $derived.by(() => (this.#notebook.model ? '' : 'The model has not loaded yet.'));

  async read({ bundle, question, ids, adapter }: Read) {
    const { model } = this.#notebook;
    if (!model) return;
    this.forget();
    await this.work.run(async (signal, tell) => {
      const letters = await this.#notebook.useModel(signal, async () => {
        await model.policy.setAdapter(adapter);
        const prompt = await model.policy.encode(question.prompt, await questionImage(bundle, question));
        return model.policy.letterTrace(prompt, Int32Array.from(ids), {
          signal,
          onProgress: (done, total) => tell({ label: 'Reading along the thought', done, total }),
        });
      });
      if (!signal.aborted) this.letters = letters;
    });
  }

  cancel() {
    this.work.cancel();
  }

  /** Another response is shown. */
  forget() {
    this.cancel();
    [this.letters, this.error] = [null, ''];
  }
}
