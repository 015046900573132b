/** A run's record in the store: its head, which every change rewrites, and the state of its training. */
import * as v from 'valibot';
import type { Adapter } from '../checkpoint/adapter.ts';
import type { TrainingState } from '../training/trainingState.ts';
import { migrate, RUN_VERSION } from './migrate.ts';
import type { RunSummary } from './run.ts';
import { checked, runSummarySchema } from './runSchema.ts';

const storedRunSchema = v.object({
  ...runSummarySchema.entries,
  /** One a step. */
  rollout_bytes: v.array(v.number()),
  /** So many of the first steps keep one group only. */
  thinned_steps: v.number(),
  /** 0 before the first step, and in runs of version 1 until their next step. */
  state_bytes: v.optional(v.number(), 0),
  evaluations: v.number(),
});

export type StoredRun = v.InferOutput<typeof storedRunSchema>;

const vector = v.instance(Float32Array);
const moments = v.record(v.string(), vector);

export const storedStateSchema = v.object({
  step: v.number(),
  position: v.number(),
  num_tokens: v.number(),
  adapter: v.custom<Adapter>((value) => typeof value === 'object' && value !== null && 'modules' in value),
  optimizer: v.object({ step: v.number(), m: moments, v: moments }),
}) satisfies v.GenericSchema<unknown, TrainingState>;

export const headKey = (id: string) => `run/${id}`;

export function readHead(id: string, record: unknown): StoredRun {
  const migrated = migrate(record);
  if (!migrated.ok) throw new Error(`run "${id}" ${migrated.reason}`);
  return checked(storedRunSchema, migrated.record, `run "${id}"`);
}

export function headEntry(stored: StoredRun): [string, unknown] {
  return [headKey(stored.id), { version: RUN_VERSION, ...stored }];
}

export function summaryOf({
  rollout_bytes: _,
  thinned_steps: __,
  state_bytes: ___,
  evaluations: ____,
  ...summary
}: StoredRun): RunSummary {
  return summary;
}

/** An evaluation's few kilobytes are left out. */
export function storedBytes({ rollout_bytes, state_bytes }: StoredRun): number {
  return rollout_bytes.reduce((sum, bytes) => sum + bytes, state_bytes);
}

export function stateBytes({ adapter, optimizer }: TrainingState): number {
  const pairs = Object.values(adapter.modules).reduce(
    (sum, { A, B }) => sum + A.byteLength + B.byteLength,
    0,
  );
  const all = [...Object.values(optimizer.m), ...Object.values(optimizer.v)];
  return all.reduce((sum, { byteLength }) => sum + byteLength, pairs);
}
