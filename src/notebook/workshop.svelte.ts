/** What there is once, however many cells use it: the model, the runs of this browser, whose turn it is. */
import { Tenancy } from './document/tenancy.svelte.ts';
import type { LoadedModel, NamedAdapter, Progress } from './notebook.svelte.ts';
import { Turns } from './turns.svelte.ts';

export class Workshop {
  model = $state.raw<LoadedModel | null>(null);
  /** Of a model that is loaded again, since its device was lost or memory ran out. */
  reloading = $state.raw<Progress | null>(null);
  /** What the model answers with unless a cell says otherwise: last trained or chosen. Null: the base model. */
  adapter = $state.raw<NamedAdapter | null>(null);
  /** Calls to the model must not overlap: cells that need it take turns. */
  readonly turns = new Turns();
  /** Whether this tab keeps the open notebook. */
  readonly tenancy = new Tenancy();
  #runsChanged = $state(0);
  #otherTabs: BroadcastChannel | null = null;

  /** Rises whenever a stored run has changed, here or in another tab. */
  get runsChanged(): number {
    return this.#runsChanged;
  }
  set runsChanged(n) {
    this.#runsChanged = n;
    this.#otherTabs?.postMessage(null);
  }

  /** From now on other tabs hear of changes here, and this one of theirs. */
  joinTabs(): void {
    this.#otherTabs = new BroadcastChannel('robot-r1-runs');
    this.#otherTabs.onmessage = () => this.#runsChanged++;
  }

  /** @throws AbortError; Error when it cannot be loaded again. */
  async readyModel(signal: AbortSignal): Promise<void> {
    try {
      await this.model?.ready((progress) => (this.reloading = progress), signal);
    } finally {
      this.reloading = null;
    }
  }
}
