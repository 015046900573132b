import { isAbort } from '../errors.ts';
import { EMBEDDED, loadModel, type DeviceChoice } from '../loadModel.ts';
import type { Notebook, Progress } from '../notebook.svelte.ts';

/** Which checkpoint answers, and on what. */
export class ModelCell {
  readonly #notebook: Notebook;
  source = $state(EMBEDDED);
  device = $state<DeviceChoice>('auto');
  progress = $state.raw<Progress | null>(null);
  error = $state('');
  #abort: AbortController | null = null;

  constructor(notebook: Notebook, device: DeviceChoice = 'auto') {
    this.#notebook = notebook;
    this.device = device;
  }

  readonly summary = $derived.by(() => {
    if (this.progress) return 'loading';
    if (this.error) return 'not loaded';
    return this.#notebook.model ? this.#notebook.model.policy.device : 'not loaded';
  });

  /** The model in use stays until the new one has loaded. */
  async load() {
    this.#abort?.abort();
    const abort = (this.#abort = new AbortController());
    this.error = '';
    this.progress = { label: 'Loading the model', done: 0, total: null, unit: 'bytes' };
    try {
      const model = await loadModel(
        this.source.trim() || EMBEDDED,
        this.device,
        (p) => {
          if (this.#abort === abort) this.progress = p;
        },
        abort.signal,
      );
      this.#notebook.model = model;
      this.#notebook.adapter = null;
    } catch (error) {
      if (!isAbort(error) && this.#abort === abort) this.error = (error as Error).message;
    } finally {
      if (this.#abort === abort) [this.progress, this.#abort] = [null, null];
    }
  }

  cancel() {
    this.#abort?.abort();
    [this.progress, this.#abort] = [null, null];
  }
}
