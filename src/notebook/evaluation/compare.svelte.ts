import { comparePaired, type PairedComparison } from '../../evaluation/paired.ts';
import type { RunSummary, SavedEvaluation } from '../../runs/run.ts';
import type { StepRecord } from '../../training/stepRecord.ts';
import type { CellState } from '../document/cell.ts';
import type { Notebook } from '../notebook.svelte.ts';
import { settingFacts } from '../runFacts.ts';

/** One training, as it is compared. */
export interface Compared {
  title: string;
  run: RunSummary;
  steps: StepRecord[];
  evaluations: SavedEvaluation[];
}

interface Paired {
  title: string;
  of: string;
  /** Null where the questions differ. */
  change: PairedComparison | null;
}

/** The trainings above side by side; it follows them while they train. */
export class CompareCell implements CellState {
  readonly #notebook: Notebook;

  constructor(notebook: Notebook) {
    this.#notebook = notebook;
  }

  get settings(): Record<never, never> {
    return {};
  }

  readonly trainings = $derived.by(() =>
    this.#notebook.trainings.flatMap(({ title, run, steps, evaluations }): Compared[] =>
      run ? [{ title, run, steps, evaluations }] : [],
    ),
  );

  readonly waiting = $derived.by(() =>
    this.#notebook.trainings.filter(({ run }) => !run).map(({ title }) => title),
  );

  readonly #settings = $derived(settingFacts(this.trainings.map(({ run }) => run)));
  /** Settings in which the runs differ. */
  readonly differences = $derived(this.#settings.filter(({ differs }) => differs));
  /** Settings that only some of the methods have. */
  readonly ofOneMethod = $derived(this.#settings.filter(({ differs, lacking }) => lacking && !differs));

  /** Each against the first, at its last evaluation, where both were asked the same questions. */
  readonly paired = $derived.by((): Paired[] => {
    const [first, ...others] = this.trainings.map((t) => ({ title: t.title, last: t.evaluations.at(-1) }));
    return others.flatMap(({ title, last }): Paired[] => {
      if (!first?.last || !last) return [];
      const change = sameQuestions(first.last, last) ? comparePaired(first.last.report, last.report) : null;
      return [{ title, of: first.title, change }];
    });
  });

  readonly summary = $derived(
    this.trainings.length ? this.trainings.map(({ title }) => title).join(', ') : '',
  );
}

function sameQuestions(a: SavedEvaluation, b: SavedEvaluation): boolean {
  return a.report.questions.join() === b.report.questions.join();
}
