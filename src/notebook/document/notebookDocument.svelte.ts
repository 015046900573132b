import { Notebook, type Training } from '../notebook.svelte.ts';
import type { Workshop } from '../workshop.svelte.ts';
import { EntryOf, type Entry } from './entry.svelte.ts';
import type { KeptCell, KeptNotebook } from './kept.ts';
import { ABOUT, freeId, KINDS, ONCE, titleOf, type CellKind } from './kinds.ts';
import { makeState, type SharedStates } from './makeState.ts';
import { RunThrough } from './runThrough.svelte.ts';

/** A cell that was deleted, to be put back where it stood. */
export interface Deleted {
  entry: Entry;
  index: number;
}

/** They look for the pictures of a run among the demonstrations that the others have open. */
const SHOW_RUNS: readonly CellKind[] = ['lab', 'traces'];

/** A list of cells. Each takes what it needs from the nearest cell of that kind above it. */
export class NotebookDocument {
  readonly #workshop: Workshop;
  readonly #shared: SharedStates;
  readonly id: string;
  readonly #origin: string | undefined;
  title = $state('');
  cells = $state.raw<readonly Entry[]>([]);
  /** Last deleted; they keep their state until the notebook is left. */
  deleted = $state.raw<readonly Deleted[]>([]);
  readonly #through = new RunThrough<Entry>(() => this.cells);

  constructor(workshop: Workshop, shared: SharedStates, kept: Omit<KeptNotebook, 'changed'>) {
    [this.#workshop, this.#shared, this.id, this.title] = [workshop, shared, kept.id, kept.title];
    this.#origin = kept.origin;
    this.cells = kept.cells.map((cell) => this.#make(cell.kind, cell));
  }

  readonly kept = $derived.by((): Omit<KeptNotebook, 'changed'> => ({
    id: this.id,
    title: this.title,
    origin: this.#origin,
    cells: this.cells.map((entry) => entry.kept),
  }));

  /** Which cell "run all" is at. */
  get running(): Entry | null {
    return this.#through.at;
  }

  /** The kinds that can be added now. */
  readonly offered = $derived(
    KINDS.filter((kind) => !ONCE.includes(kind) || !this.cells.some((entry) => entry.kind === kind)),
  );

  /**
   * The cells that a cell takes something from: of each kind the nearest above, but every training; and wherever it
   * stands the cell that trained the run it shows, else the runs of this browser.
   */
  sources(entry: Entry): Entry[] {
    const above = this.#above(entry.id);
    const needed = ABOUT[entry.kind].needs.flatMap((kind): Entry[] => {
      const found = above.filter((other) => other.kind === kind);
      return kind === 'train' ? found : found.slice(-1);
    });
    const run = entry.cell.shows;
    if (!run) return needed;
    const trained: Entry | undefined = this.#training().find(({ state }) => state.run?.id === run);
    const from = trained ?? this.cells.find(({ kind }) => kind === 'runs');
    return from ? [...needed, from] : needed;
  }

  /** A new cell at a place, 0 the first. */
  add(kind: CellKind, index: number): Entry {
    return this.#insert(kind, index, {});
  }

  duplicate(entry: Entry): Entry {
    // As deep as JSON: the two share nothing.
    const settings: unknown = JSON.parse(JSON.stringify(entry.cell.settings));
    const copy = this.#insert(entry.kind, this.cells.indexOf(entry) + 1, { settings });
    if (copy.kind === 'demonstrations' || copy.kind === 'questions')
      void copy.state.openCopyOf(entry.notebook.place);
    return copy;
  }

  /** @param by places down; negative: up */
  move(entry: Entry, by: number) {
    const from = this.cells.indexOf(entry);
    const to = Math.max(0, Math.min(this.cells.length - 1, from + by));
    const others = this.cells.filter((other) => other !== entry);
    this.cells = [...others.slice(0, to), entry, ...others.slice(to)];
  }

  /** Ends what it is at. It can be put back, with what it showed. */
  remove(entry: Entry) {
    const index = this.cells.indexOf(entry);
    if (!ONCE.includes(entry.kind)) entry.cell.cancel?.();
    this.cells = this.cells.filter((other) => other !== entry);
    this.deleted = [...this.deleted, { entry, index }];
  }

  /** @returns the cell that is back; null when none was deleted. */
  undo(): Entry | null {
    const last = this.deleted.at(-1);
    if (!last) return null;
    const { entry, index } = last;
    this.deleted = this.deleted.slice(0, -1);
    this.cells = [...this.cells.slice(0, index), entry, ...this.cells.slice(index)];
    return entry;
  }

  /** The nearest cell of a kind below a cell, or else above it; a new one right below it when there is none. */
  reach<K extends CellKind>(kind: K, from: Entry): EntryOf<K> {
    const at = this.cells.indexOf(from);
    const ofKind = (entry: Entry) => entry.kind === kind;
    const found =
      this.cells.slice(at + 1).find(ofKind) ??
      this.cells.slice(0, at).findLast(ofKind) ??
      this.add(kind, at + 1);
    return found as unknown as EntryOf<K>;
  }

  /** The train cell that holds a run, or one that can take it up; a new one where all are at something. */
  trainingOf(run: string, from: Entry): EntryOf<'train'> {
    return this.#training().find(({ state }) => state.run?.id === run) ?? this.freeTraining(from);
  }

  /** A train cell without a run, else one that is done, else a new one below. */
  freeTraining(from: Entry): EntryOf<'train'> {
    const all = this.#training();
    const free = ({ state }: EntryOf<'train'>) => !state.run && !state.busy;
    return (
      (from.kind === 'train' && free(from) ? from : all.find(free)) ??
      all.find(({ state }) => state.status === 'finished') ??
      (this.add('train', this.cells.indexOf(from) + 1) as EntryOf<'train'>)
    );
  }

  #training(): EntryOf<'train'>[] {
    return this.cells.filter((entry) => entry.kind === 'train');
  }

  /** Takes up files and runs that were kept. */
  async reopen(): Promise<void> {
    const own = this.cells.filter(({ kind }) => !ONCE.includes(kind));
    const first = own.filter(({ kind }) => !SHOW_RUNS.includes(kind));
    for (const cells of [first, own.filter((entry) => !first.includes(entry))])
      // What one cell cannot take up again is no reason for the others to stay empty.
      await Promise.allSettled(cells.map(async ({ cell }) => cell.reopen?.()));
  }

  /** Runs cell after cell, from one of them on, else from the first. */
  runFrom(entry?: Entry): Promise<void> {
    return this.#through.from(entry);
  }

  stop() {
    this.#through.stop();
  }

  /** Ends all work and all effects: another notebook takes its place. */
  dispose() {
    this.stop();
    for (const entry of [...this.cells, ...this.deleted.map((one) => one.entry)]) {
      if (!ONCE.includes(entry.kind)) entry.cell.cancel?.();
      entry.dispose();
    }
  }

  #insert(kind: CellKind, index: number, kept: { settings?: unknown }): Entry {
    const taken = [...this.cells, ...this.deleted.map((one) => one.entry)].map(({ id }) => id);
    const entry = this.#make(kind, { id: freeId(kind, taken), kind, folded: false, ...kept });
    this.cells = [...this.cells.slice(0, index), entry, ...this.cells.slice(index)];
    return entry;
  }

  #make<K extends CellKind>(kind: K, kept: KeptCell): Entry {
    const notebook = new Notebook(
      this.#workshop,
      { place: `${this.id}/${kept.id}`, title: titleOf(kept.id) },
      (wanted) => this.#atOrAbove(kept.id, wanted)?.notebook.given ?? null,
      () => this.#trainingsAbove(kept.id),
    );
    let state!: EntryOf<K>['state'];
    const dispose = $effect.root(() => {
      state = makeState[kind](notebook, kept, this.#shared);
    });
    return new EntryOf(kept, kind, state, notebook, dispose) as unknown as Entry;
  }

  #trainingsAbove(id: string): Training[] {
    return this.#above(id).flatMap((entry) => {
      if (entry.kind !== 'train') return [];
      const { run, adapter, steps, evaluations } = entry.state;
      return [{ id: entry.id, title: entry.title, run, adapter, steps, evaluations }];
    });
  }

  #atOrAbove(id: string, kind: CellKind): Entry | undefined {
    const own = this.cells.filter((entry) => entry.id === id);
    return [...this.#above(id), ...own].findLast((entry) => entry.kind === kind);
  }

  /** None for a cell that is not among them. */
  #above(id: string): Entry[] {
    const at = this.cells.findIndex((entry) => entry.id === id);
    return this.cells.slice(0, Math.max(0, at));
  }
}
