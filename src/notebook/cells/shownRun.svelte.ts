import type { Run, RunParent, RunSettings, RunSummary, SavedEvaluation } from '../../runs/run.ts';
import type { EvaluationReport } from '../../evaluation/report.ts';
import type { StepRecord } from '../../training/stepRecord.ts';
import type { TrainedStep, TrainingState } from '../../training/trainingState.ts';
import { storedRuns } from '../runs.ts';
import type { Hold } from '../tabLock.ts';
import { HeldRollouts } from './heldRollouts.ts';
import { holdRun } from './heldRun.ts';

/** The run of a train cell: what is shown of it, and what goes to the store as it grows. */
export class ShownRun {
  summary = $state.raw<RunSummary | null>(null);
  steps = $state.raw<StepRecord[]>([]);
  evaluations = $state.raw<SavedEvaluation[]>([]);
  /** After the last step; null before the first. */
  state = $state.raw<TrainingState | null>(null);
  #rollouts = new HeldRollouts();
  /** While it is trained. */
  #hold: Hold | null = null;

  readonly done = $derived(this.steps.at(-1)?.step ?? 0);
  readonly isDone = $derived(this.summary !== null && this.done >= this.summary.config.max_steps);

  show(run: Run) {
    [this.summary, this.steps, this.state] = [run, run.records, run.state];
    // The blind control that the command line keeps is another question.
    this.evaluations = run.evaluations.filter(({ report }) => !report.blind);
    this.#rollouts = new HeldRollouts();
  }

  clear() {
    [this.summary, this.state] = [null, null];
    [this.steps, this.evaluations] = [[], []];
    this.#rollouts = new HeldRollouts();
  }

  /**
   * Steps that another tab has made since.
   * @param wanted whether they are still to be shown once they are read
   * @returns whether the run is still stored
   */
  async catchUp({ id }: RunSummary, wanted: () => boolean): Promise<boolean> {
    const runs = await storedRuns();
    const stored = (await runs.list()).runs.find((other) => other.id === id);
    if (!stored || stored.steps === this.done) return stored !== undefined;
    const run = await runs.load(id);
    if (wanted()) this.show(run);
    return true;
  }

  /**
   * To go on with the run; another tab may have done so in between.
   * @throws Error when another tab trains it, or it is no longer stored.
   */
  async takeUp(run: RunSummary) {
    this.#hold = await holdRun(run);
    if (!(await this.catchUp(run, () => true)))
      throw new Error(`“${run.name}” is no longer stored in this browser: set up a new run`);
  }

  /** @param parent with what a stored run learned, which this one begins with. */
  async begin(settings: RunSettings, parent: (RunParent & { state: TrainingState }) | null) {
    const runs = await storedRuns();
    this.summary = await runs.create(settings, parent ?? undefined);
    this.#hold = await holdRun(this.summary);
    this.state = parent && (await runs.load(this.summary.id)).state;
  }

  async append(trained: TrainedStep): Promise<RunSummary> {
    const { state, ...record } = trained;
    // A step that cannot be stored has not been made: the next one follows the last that was.
    const summary = await (await storedRuns()).appendStep(this.summary!.id, trained);
    [this.summary, this.state] = [summary, state];
    this.steps = this.#rollouts.within([...this.steps, record]);
    return summary;
  }

  async evaluated(step: number, report: EvaluationReport) {
    this.evaluations = [...this.evaluations, { step, report }];
    await (await storedRuns()).saveEvaluation(this.summary!.id, step, report);
  }

  /** It is not trained any more. */
  release() {
    this.#hold?.release();
    this.#hold = null;
  }
}
