/** Runs in a store: made, grown a step at a time, listed, described, deleted. */
import * as v from 'valibot';
import type { EvaluationReport } from '../evaluation/report.ts';
import type { StepRecord } from '../training/stepRecord.ts';
import type { TrainedStep, TrainingState } from '../training/trainingState.ts';
import { childState } from './childState.ts';
import type { CurveStep, RunCurves } from './curves.ts';
import { indexedDbStore, type KeyValue } from './keyValue.ts';
import { newId } from './newId.ts';
import { rolloutBytes, stepsToThin, thinned } from './rolloutBudget.ts';
import { methodOf, type Run, type RunParent, type RunSettings, type RunSummary } from './run.ts';
import { checked, runSummarySchema, savedEvaluationSchema, stepRecordSchema } from './runSchema.ts';
import {
  headEntry,
  headKey,
  readHead,
  stateBytes,
  storedBytes,
  storedStateSchema,
  summaryOf,
  type StoredRun,
} from './storedRun.ts';

export interface ListedRun extends RunSummary {
  /** Of storage, about. */
  bytes: number;
}

/** What a run's owner says of it. */
export interface RunWords {
  name: string;
  tags: string[];
  notes: string;
}

export interface RunList {
  /** Newest first. */
  runs: ListedRun[];
  /** Records that cannot be read, and why; they can be removed. */
  unreadable: { id: string; reason: string }[];
}

export interface Runs {
  /**
   * A name that another run has gets a number.
   * @param from the run it continues as a child: it begins with that run's adapter and optimiser, at step 0
   */
  create(settings: RunSettings, from?: RunParent & { state: TrainingState }): Promise<RunSummary>;
  list(): Promise<RunList>;
  /** @throws Error when there is no such run or a record of it is damaged. */
  load(id: string): Promise<Run>;
  /** Its numbers without the rollouts, read a part at a time. */
  curves(id: string): Promise<RunCurves>;
  /** Step and state together or not at all. @throws Error when the step does not follow the last. */
  appendStep(id: string, trained: TrainedStep): Promise<RunSummary>;
  saveEvaluation(id: string, step: number, report: EvaluationReport): Promise<void>;
  /** What is not given stays. @throws Error when the name is empty, or there are too many words. */
  describe(id: string, words: Partial<RunWords>): Promise<RunSummary>;
  /** Leaves one group of rollouts a step. @returns bytes of storage gained, about. */
  thin(id: string): Promise<number>;
  remove(id: string): Promise<void>;
  /** PEFT's adapter files, run.json, metrics.jsonl, rollouts.jsonl, the optimiser's state. */
  exportZip(id: string): Promise<Blob>;
  /** Keeps nothing unless the whole zip is sound; a run whose id is taken gets a new one. */
  importZip(zip: Blob, name: string): Promise<RunSummary>;
}

const curveStepSchema = v.omit(stepRecordSchema, ['groups']);
const CURVES_AT_ONCE = 200;

const stateKey = (id: string) => `run/${id}/state`;
const stepKey = (id: string, step: number) => `run/${id}/step/${step}`;
const evaluationKey = (id: string, index: number) => `run/${id}/evaluation/${index}`;

export function openRuns(store: KeyValue = indexedDbStore()): Runs {
  async function head(id: string): Promise<StoredRun> {
    const record = await store.get(headKey(id));
    if (record === undefined) throw new Error(`there is no run "${id}"`);
    return readHead(id, record);
  }

  /** The wanted name; with a number where another run has it. */
  async function freeName(wanted: string): Promise<string> {
    const taken = new Set((await list()).runs.map(({ name }) => name));
    let name = wanted;
    for (let number = 2; taken.has(name); number++) name = `${wanted}, ${number}`;
    return name;
  }

  async function create(
    settings: RunSettings,
    from?: RunParent & { state: TrainingState },
  ): Promise<RunSummary> {
    const created = {
      ...settings,
      name: await freeName(settings.name),
      id: newId(),
      created: new Date().toISOString(),
      steps: 0,
      metrics: null,
      tags: [],
      notes: '',
      parent: from ? { id: from.id, name: from.name, step: from.step } : null,
    };
    const summary = checked(runSummarySchema, created, 'a new run');
    const state = from && childState(from.state);
    const state_bytes = state ? stateBytes(state) : 0;
    await store.setMany([
      headEntry({ ...summary, rollout_bytes: [], thinned_steps: 0, evaluations: 0, state_bytes }),
      ...(state ? [[stateKey(summary.id), state] as [string, unknown]] : []),
    ]);
    return summary;
  }

  async function list(): Promise<RunList> {
    const ids = (await store.keys()).flatMap((key) => /^run\/([^/]+)$/.exec(key)?.[1] ?? []);
    const found: RunList = { runs: [], unreadable: [] };
    for (const [i, record] of (await store.getMany(ids.map(headKey))).entries()) {
      try {
        const stored = readHead(ids[i], record);
        found.runs.push({ ...summaryOf(stored), bytes: storedBytes(stored) });
      } catch (error) {
        found.unreadable.push({ id: ids[i], reason: (error as Error).message });
      }
    }
    found.runs.sort((a, b) => b.created.localeCompare(a.created));
    return found;
  }

  async function load(id: string): Promise<Run> {
    const stored = await head(id);
    const steps = Array.from({ length: stored.steps }, (_, i) => stepKey(id, i + 1));
    const evaluations = Array.from({ length: stored.evaluations }, (_, i) => evaluationKey(id, i));
    const records = await store.getMany(steps);
    const saved = await store.getMany(evaluations);
    const state = await store.get(stateKey(id));
    return {
      ...summaryOf(stored),
      records: records.map((record, i) =>
        checked(stepRecordSchema, record, `step ${i + 1} of run "${stored.name}"`),
      ),
      evaluations: saved.map((one) =>
        checked(savedEvaluationSchema, one, `an evaluation of run "${stored.name}"`),
      ),
      state:
        state === undefined ? null : checked(storedStateSchema, state, `the state of run "${stored.name}"`),
    };
  }

  async function curves(id: string): Promise<RunCurves> {
    const stored = await head(id);
    const steps: CurveStep[] = [];
    for (let first = 1; first <= stored.steps; first += CURVES_AT_ONCE) {
      const last = Math.min(stored.steps, first + CURVES_AT_ONCE - 1);
      const keys = Array.from({ length: last - first + 1 }, (_, i) => stepKey(id, first + i));
      for (const [i, record] of (await store.getMany(keys)).entries())
        steps.push(checked(curveStepSchema, record, `step ${first + i} of run "${stored.name}"`));
    }
    const keys = Array.from({ length: stored.evaluations }, (_, i) => evaluationKey(id, i));
    const evaluations = (await store.getMany(keys)).map((one) =>
      checked(savedEvaluationSchema, one, `an evaluation of run "${stored.name}"`),
    );
    return { name: stored.name, created: stored.created, method: methodOf(stored), steps, evaluations };
  }

  async function appendStep(id: string, { state, ...record }: TrainedStep): Promise<RunSummary> {
    const stored = await head(id);
    if (record.step !== stored.steps + 1 || state.step !== record.step)
      throw new Error(
        `run "${stored.name}" has ${stored.steps} steps, step ${record.step} does not follow: is it trained in another tab?`,
      );
    const rollout_bytes = [...stored.rollout_bytes, rolloutBytes(record)];
    const thinned_steps = Math.max(stored.thinned_steps, stepsToThin(rollout_bytes));
    const next = {
      ...stored,
      steps: record.step,
      metrics: record.metrics,
      rollout_bytes,
      thinned_steps,
      state_bytes: stateBytes(state),
    };
    const outgrown = await thinnedSteps(id, stored.thinned_steps + 1, thinned_steps);
    for (const [, step] of outgrown) rollout_bytes[step.step - 1] = rolloutBytes(step);
    await store.setMany([
      headEntry(next),
      [stateKey(id), state],
      [stepKey(id, record.step), record],
      ...outgrown,
    ]);
    return summaryOf(next);
  }

  async function saveEvaluation(id: string, step: number, report: EvaluationReport): Promise<void> {
    const stored = await head(id);
    const next = { ...stored, evaluations: stored.evaluations + 1 };
    await store.setMany([headEntry(next), [evaluationKey(id, stored.evaluations), { step, report }]]);
  }

  /** Steps first to last with one group of rollouts each, ready to be stored. */
  async function thinnedSteps(id: string, first: number, last: number): Promise<[string, StepRecord][]> {
    const thin: [string, StepRecord][] = [];
    for (let step = first; step <= last; step++) {
      const key = stepKey(id, step);
      thin.push([key, thinned((await store.get(key)) as StepRecord)]);
    }
    return thin;
  }

  async function describe(id: string, words: Partial<RunWords>): Promise<RunSummary> {
    const stored = await head(id);
    const name = (words.name ?? stored.name).trim();
    const tags = [...new Set((words.tags ?? stored.tags).map((tag) => tag.trim()).filter(Boolean))];
    if (name === '') throw new Error('a run needs a name');
    const next = { ...stored, name, tags, notes: words.notes ?? stored.notes };
    checked(runSummarySchema, next, `run "${name}"`);
    await store.setMany([headEntry(next)]);
    return summaryOf(next);
  }

  async function thin(id: string): Promise<number> {
    const stored = await head(id);
    const outgrown = await thinnedSteps(id, stored.thinned_steps + 1, stored.steps);
    const rollout_bytes = [...stored.rollout_bytes];
    for (const [, step] of outgrown) rollout_bytes[step.step - 1] = rolloutBytes(step);
    const next = { ...stored, rollout_bytes, thinned_steps: stored.steps };
    await store.setMany([headEntry(next), ...outgrown]);
    return storedBytes(stored) - storedBytes(next);
  }

  async function remove(id: string): Promise<void> {
    const keys = await store.keys();
    await store.deleteMany(keys.filter((key) => key === headKey(id) || key.startsWith(`${headKey(id)}/`)));
  }

  async function keep(run: Run): Promise<RunSummary> {
    const taken = (await store.get(headKey(run.id))) !== undefined;
    const { records, evaluations, state, ...rest } = run;
    const summary = { ...rest, id: taken ? newId() : run.id };
    const { id } = summary;
    const stored: StoredRun = {
      ...summary,
      rollout_bytes: records.map(rolloutBytes),
      thinned_steps: 0,
      state_bytes: state ? stateBytes(state) : 0,
      evaluations: evaluations.length,
    };
    await store.setMany([
      headEntry(stored),
      ...records.map((record): [string, unknown] => [stepKey(id, record.step), record]),
      ...evaluations.map((saved, i): [string, unknown] => [evaluationKey(id, i), saved]),
      ...(state ? [[stateKey(id), state] as [string, unknown]] : []),
    ]);
    return summary;
  }

  /** A change reads a run's record and writes it anew: two at once would lose one. */
  const alone =
    <A extends unknown[], R>(change: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> =>
      store.exclusive(() => change(...args));
  const keepAlone = alone(keep);

  return {
    create: alone(create),
    list,
    load,
    curves,
    appendStep: alone(appendStep),
    saveEvaluation: alone(saveEvaluation),
    describe: alone(describe),
    thin: alone(thin),
    remove: alone(remove),
    exportZip: async (id) => (await import('./runZip.ts')).writeRunZip(await load(id)),
    importZip: async (zip, name) => keepAlone(await (await import('./runZip.ts')).readRunZip(zip, name)),
  };
}
