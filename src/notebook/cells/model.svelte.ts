import type { CellState } from '../document/cell.ts';
import { isAbort } from '../errors.ts';
import { EMBEDDED, loadModel, type DeviceChoice } from '../loadModel.ts';
import type { Notebook, Progress } from '../notebook.svelte.ts';

/** Which checkpoint answers, and on what. There is one for all cells of the page. */
export class ModelCell implements CellState {
  readonly #notebook: Pick<Notebook, 'model' | 'adapter'>;
  source = $state(EMBEDDED);
  /** The source that was loaded last. */
  #loaded = $state(EMBEDDED);
  device = $state<DeviceChoice>('auto');
  progress = $state.raw<Progress | null>(null);
  error = $state('');
  #abort: AbortController | null = null;

  constructor(notebook: Pick<Notebook, 'model' | 'adapter'>, device: DeviceChoice = 'auto') {
    this.#notebook = notebook;
    this.device = device;
  }

  get settings(): { source: string } {
    return { source: this.#loaded };
  }

  get busy(): boolean {
    return this.progress !== null;
  }

  readonly fresh = $derived.by(() => this.#notebook.model !== null);

  async runAll(): Promise<boolean> {
    await this.load();
    return this.fresh;
  }

  readonly summary = $derived.by(() => {
    if (this.progress) return 'loading';
    if (this.error) return 'not loaded';
    return this.#notebook.model ? this.#notebook.model.policy.device : 'not loaded';
  });

  /** What a notebook asks for, to be loaded. */
  choose({ source }: { source: string }) {
    [this.source, this.#loaded] = [source, source];
  }

  /** The model in use stays until the new one has loaded. */
  async load() {
    this.#abort?.abort();
    const abort = (this.#abort = new AbortController());
    this.error = '';
    this.progress = { label: 'Loading the model', done: 0, total: null, unit: 'bytes' };
    try {
      const source = this.source.trim() || EMBEDDED;
      const model = await loadModel(
        source,
        this.device,
        (p) => {
          if (this.#abort === abort) this.progress = p;
        },
        abort.signal,
      );
      this.#notebook.model = model;
      this.#notebook.adapter = null;
      this.#loaded = source;
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
