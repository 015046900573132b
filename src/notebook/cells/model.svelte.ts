import type { CellState } from '../document/cell.ts';
import { isAbort } from '../errors.ts';
import { Fault, RemediableError } from '../fault.svelte.ts';
import { isKnown, remember } from '../knownModels.ts';
import { EMBEDDED, loadModel, type DeviceChoice } from '../loadModel.ts';
import type { Progress } from '../notebook.svelte.ts';
import type { Turn } from '../turns.svelte.ts';
import type { Workshop } from '../workshop.svelte.ts';

type Shared = Pick<Workshop, 'model' | 'adapter' | 'turns' | 'reloading'>;

/** Which checkpoint answers, and on what. There is one for all cells of the page. */
export class ModelCell implements CellState {
  readonly #workshop: Shared;
  readonly #turn: Turn = { who: 'Model' };
  source = $state(EMBEDDED);
  /** The source that was loaded last. */
  #loaded = $state(EMBEDDED);
  device = $state<DeviceChoice>('auto');
  progress = $state.raw<Progress | null>(null);
  readonly fault = new Fault();
  #abort: AbortController | null = null;

  constructor(workshop: Shared, device: DeviceChoice = 'auto') {
    this.#workshop = workshop;
    this.device = device;
  }

  get error(): string {
    return this.fault.text;
  }
  set error(text: string) {
    this.fault.text = text;
  }

  get settings(): { source: string } {
    return { source: this.#loaded };
  }

  get busy(): boolean {
    return this.progress !== null;
  }

  /** Loaded again, since its device was lost or memory ran out. */
  readonly reloading = $derived.by(() => this.#workshop.reloading);

  readonly fresh = $derived.by(() => this.#workshop.model !== null);

  async runAll(): Promise<boolean> {
    await this.load();
    return this.fresh;
  }

  readonly summary = $derived.by(() => {
    if (this.progress) return 'loading';
    if (this.error) return 'not loaded';
    return this.#workshop.model ? this.#workshop.model.policy.device : 'not loaded';
  });

  /** What a notebook asks for, to be loaded. */
  choose({ source }: { source: string }) {
    [this.source, this.#loaded] = [source, source];
  }

  /** As the page begins: whoever wrote the notebook chose its model, so one that is new here waits to be asked for. */
  async loadUnasked() {
    if (this.#workshop.model || this.busy) return;
    if (isKnown(this.source)) await this.load();
    else
      this.fault.tell(
        new RemediableError(
          `This notebook asks for the model “${this.source}”, which was not loaded here before: load it if you trust where it comes from.`,
          { words: 'Load it', act: () => void this.load() },
        ),
      );
  }

  /** The model in use stays until the new one has loaded. Nothing is loaded while a cell is at work with it. */
  async load() {
    const { holder } = this.#workshop.turns;
    if (holder && holder !== this.#turn) {
      this.error = `${holder.who} is at work with the model: load another one when it is done`;
      return;
    }
    this.#abort?.abort();
    const abort = (this.#abort = new AbortController());
    this.error = '';
    this.progress = { label: 'Loading the model', done: 0, total: null, unit: 'bytes' };
    try {
      const source = this.source.trim() || EMBEDDED;
      const told = (progress: Progress) => {
        if (this.#abort === abort) this.progress = progress;
      };
      await this.#workshop.turns.take(this.#turn, abort.signal, async () => {
        this.#workshop.model = await loadModel(source, this.device, told, abort.signal);
        this.#workshop.adapter = null;
        this.#loaded = source;
        remember(source);
      });
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
