/** A cell in its place: what it is, its state, and what it gives. */
import type { AskCell } from '../cells/ask.svelte.ts';
import type { DemonstrationsCell } from '../cells/demonstrations.svelte.ts';
import type { ExportCell } from '../cells/export.svelte.ts';
import type { ModelCell } from '../cells/model.svelte.ts';
import type { QuestionsCell } from '../cells/questions.svelte.ts';
import type { RunsCell } from '../cells/runs.svelte.ts';
import type { TrainCell } from '../cells/train.svelte.ts';
import type { LabCell } from '../lab/lab.svelte.ts';
import type { Notebook } from '../notebook.svelte.ts';
import type { CompareCell } from '../evaluation/compare.svelte.ts';
import type { EvaluateCell } from '../evaluation/evaluate.svelte.ts';
import type { TextCell } from '../text/text.svelte.ts';
import type { TracesCell } from '../traces/traces.svelte.ts';
import type { CellState } from './cell.ts';
import type { KeptCell } from './kept.ts';
import type { CellKind } from './kinds.ts';
import { titleOf } from './kinds.ts';

export interface States {
  text: TextCell;
  model: ModelCell;
  demonstrations: DemonstrationsCell;
  questions: QuestionsCell;
  ask: AskCell;
  train: TrainCell;
  evaluate: EvaluateCell;
  compare: CompareCell;
  lab: LabCell;
  runs: RunsCell;
  traces: TracesCell;
  export: ExportCell;
}

export class EntryOf<K extends CellKind> {
  readonly id: string;
  readonly kind: K;
  readonly state: States[K];
  /** The notebook as this cell sees it. */
  readonly notebook: Notebook;
  folded = $state(false);
  /** Ends its effects. */
  readonly dispose: () => void;

  constructor(kept: KeptCell, kind: K, state: States[K], notebook: Notebook, dispose: () => void) {
    [this.id, this.kind, this.state, this.notebook] = [kept.id, kind, state, notebook];
    this.folded = kept.folded;
    this.dispose = dispose;
  }

  get title(): string {
    return titleOf(this.id);
  }

  /** The state as any cell has it. */
  get cell(): CellState {
    return this.state;
  }

  get kept(): KeptCell {
    const { id, kind, folded, cell } = this;
    return { id, kind, folded, settings: cell.settings, results: cell.results ?? null };
  }
}

export type Entry = { [K in CellKind]: EntryOf<K> }[CellKind];
