/** Runs in a store: made, grown a step at a time, listed, renamed, deleted. */
import * as v from 'valibot';
import type { Adapter } from '../checkpoint/adapter.ts';
import type { EvaluationReport } from '../evaluation/report.ts';
import type { StepRecord } from '../training/stepRecord.ts';
import type { TrainedStep, TrainingState } from '../training/trainingState.ts';
import { indexedDbStore, type KeyValue } from './keyValue.ts';
import { newId } from './newId.ts';
import { migrate, RUN_VERSION } from './migrate.ts';
import { rolloutBytes, stepsToThin, thinned } from './rolloutBudget.ts';
import type { Run, RunSettings, RunSummary } from './run.ts';
import { checked, runSummarySchema, savedEvaluationSchema, stepRecordSchema } from './runSchema.ts';

export interface RunList {
  /** Newest first. */
  runs: RunSummary[];
  /** Records that cannot be read, and why; they can be removed. */
  unreadable: { id: string; reason: string }[];
}

export interface Runs {
  create(settings: RunSettings): Promise<RunSummary>;
  list(): Promise<RunList>;
  /** @throws Error when there is no such run or a record of it is damaged. */
  load(id: string): Promise<Run>;
  /** Step and state together or not at all. @throws Error when the step does not follow the last. */
  appendStep(id: string, trained: TrainedStep): Promise<RunSummary>;
  saveEvaluation(id: string, step: number, report: EvaluationReport): Promise<void>;
  rename(id: string, name: string): Promise<RunSummary>;
  remove(id: string): Promise<void>;
  /** PEFT's adapter files, run.json, metrics.jsonl, rollouts.jsonl, the optimiser's state. */
  exportZip(id: string): Promise<Blob>;
  /** Keeps nothing unless the whole zip is sound; a run whose id is taken gets a new one. */
  importZip(zip: Blob, name: string): Promise<RunSummary>;
}

const storedRunSchema = v.object({
  ...runSummarySchema.entries,
  /** One a step. */
  rollout_bytes: v.array(v.number()),
  /** So many of the first steps keep one group only. */
  thinned_steps: v.number(),
  evaluations: v.number(),
});

type StoredRun = v.InferOutput<typeof storedRunSchema>;

const vector = v.instance(Float32Array);
const moments = v.record(v.string(), vector);

const storedStateSchema = v.object({
  step: v.number(),
  position: v.number(),
  num_tokens: v.number(),
  adapter: v.custom<Adapter>((value) => typeof value === 'object' && value !== null && 'modules' in value),
  optimizer: v.object({ step: v.number(), m: moments, v: moments }),
}) satisfies v.GenericSchema<unknown, TrainingState>;

const headKey = (id: string) => `run/${id}`;
const stateKey = (id: string) => `run/${id}/state`;
const stepKey = (id: string, step: number) => `run/${id}/step/${step}`;
const evaluationKey = (id: string, index: number) => `run/${id}/evaluation/${index}`;

export function openRuns(store: KeyValue = indexedDbStore()): Runs {
  async function head(id: string): Promise<StoredRun> {
    const record = await store.get(headKey(id));
    if (record === undefined) throw new Error(`there is no run "${id}"`);
    return readHead(id, record);
  }

  async function create(settings: RunSettings): Promise<RunSummary> {
    const created = { ...settings, id: newId(), created: new Date().toISOString(), steps: 0, metrics: null };
    const summary = checked(runSummarySchema, created, 'a new run');
    await store.setMany([headEntry({ ...summary, rollout_bytes: [], thinned_steps: 0, evaluations: 0 })]);
    return summary;
  }

  async function list(): Promise<RunList> {
    const ids = (await store.keys()).flatMap((key) => /^run\/([^/]+)$/.exec(key)?.[1] ?? []);
    const found: RunList = { runs: [], unreadable: [] };
    for (const [i, record] of (await store.getMany(ids.map(headKey))).entries()) {
      try {
        found.runs.push(summaryOf(readHead(ids[i], record)));
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

  async function appendStep(id: string, { state, ...record }: TrainedStep): Promise<RunSummary> {
    const stored = await head(id);
    if (record.step !== stored.steps + 1 || state.step !== record.step)
      throw new Error(
        `run "${stored.name}" has ${stored.steps} steps, step ${record.step} does not follow: is it trained in another tab?`,
      );
    const rollout_bytes = [...stored.rollout_bytes, rolloutBytes(record)];
    const thinned_steps = Math.max(stored.thinned_steps, stepsToThin(rollout_bytes));
    const next = { ...stored, steps: record.step, metrics: record.metrics, rollout_bytes, thinned_steps };
    const outgrown: [string, unknown][] = [];
    for (let step = stored.thinned_steps + 1; step <= thinned_steps; step++)
      outgrown.push([stepKey(id, step), thinned((await store.get(stepKey(id, step))) as StepRecord)]);
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

  async function rename(id: string, name: string): Promise<RunSummary> {
    const next = { ...(await head(id)), name: name.trim() };
    if (next.name === '') throw new Error('a run needs a name');
    await store.setMany([headEntry(next)]);
    return summaryOf(next);
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

  return {
    create,
    list,
    load,
    appendStep,
    saveEvaluation,
    rename,
    remove,
    exportZip: async (id) => (await import('./runZip.ts')).writeRunZip(await load(id)),
    importZip: async (zip, name) => keep(await (await import('./runZip.ts')).readRunZip(zip, name)),
  };
}

function readHead(id: string, record: unknown): StoredRun {
  const migrated = migrate(record);
  if (!migrated.ok) throw new Error(`run "${id}" ${migrated.reason}`);
  return checked(storedRunSchema, migrated.record, `run "${id}"`);
}

function headEntry(stored: StoredRun): [string, unknown] {
  return [headKey(stored.id), { version: RUN_VERSION, ...stored }];
}

function summaryOf({
  rollout_bytes: _,
  thinned_steps: __,
  evaluations: ___,
  ...summary
}: StoredRun): RunSummary {
  return summary;
}
