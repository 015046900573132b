/** What there is once, however many cells use it: the model, the runs of this browser, whose turn it is. */
import type { LoadedModel, NamedAdapter } from './notebook.svelte.ts';
import { Turns } from './turns.svelte.ts';

export class Workshop {
  model = $state.raw<LoadedModel | null>(null);
  /** What the model answers with unless a cell says otherwise: last trained or chosen. Null: the base model. */
  adapter = $state.raw<NamedAdapter | null>(null);
  /** Calls to the model must not overlap: cells that need it take turns. */
  readonly turns = new Turns();
  /** Rises whenever a stored run has changed. */
  runsChanged = $state(0);
}
