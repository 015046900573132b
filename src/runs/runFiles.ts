/** A run as files: what the page downloads as a zip and the command line writes into a folder. */
import * as v from 'valibot';
import { writePeft } from '../checkpoint/peft.ts';
import type { GroupRecord, StepRecord } from '../training/stepRecord.ts';
import type { TrainingState } from '../training/trainingState.ts';
import { migrate, RUN_VERSION } from './migrate.ts';
import type { Run } from './run.ts';
import {
  checked,
  groupRecordSchema,
  runSummarySchema,
  savedEvaluationSchema,
  stepRecordSchema,
} from './runSchema.ts';
import { readState, stateNumbers, stateNumbersSchema, writeStateTensors } from './stateFile.ts';

export const RUN_FILE = 'run.json';
export const METRICS_FILE = 'metrics.jsonl';
export const ROLLOUTS_FILE = 'rollouts.jsonl';

const runFileSchema = v.object({
  ...runSummarySchema.entries,
  evaluations: v.array(savedEvaluationSchema),
  /** Null before the first step. */
  state: v.nullable(
    v.object({
      ...stateNumbersSchema.entries,
      file: v.pipe(v.string(), v.regex(/^state-\d+\.safetensors$/)),
    }),
  ),
});

/** All files of a run by name, the adapter in PEFT's layout among them. */
export function writeRunFiles(run: Run): Map<string, Uint8Array> {
  const files = new Map([[RUN_FILE, encode(runJson(run))]]);
  files.set(METRICS_FILE, encode(run.records.map(metricsLine).join('')));
  files.set(ROLLOUTS_FILE, encode(run.records.map(rolloutLines).join('')));
  if (run.state) for (const [name, bytes] of stateFiles(run.state, run.checkpoint)) files.set(name, bytes);
  return files;
}

/** run.json names the state file that belongs to it, so that writing it last commits a step. */
export function runJson({ records: _, state, ...run }: Run): string {
  const numbers = state && { ...stateNumbers(state), file: stateFileName(state.step) };
  return JSON.stringify({ version: RUN_VERSION, ...run, state: numbers }, null, 2) + '\n';
}

export function metricsLine({ step, metrics, seconds }: StepRecord): string {
  return JSON.stringify({ step, seconds, ...metrics }) + '\n';
}

/** One line a group. */
export function rolloutLines({ step, groups }: StepRecord): string {
  return groups.map((group) => JSON.stringify({ step, ...group }) + '\n').join('');
}

/** The adapter in PEFT's files, and what resuming needs. */
export function stateFiles(state: TrainingState, checkpoint: string): [name: string, bytes: Uint8Array][] {
  const peft = writePeft(state.adapter, checkpoint);
  return [
    ['adapter_config.json', encode(peft['adapter_config.json'])],
    ['adapter_model.safetensors', peft['adapter_model.safetensors']],
    [stateFileName(state.step), writeStateTensors(state)],
  ];
}

export function stateFileName(step: number): string {
  return `state-${step}.safetensors`;
}

/**
 * Steps after the last committed one, left by a crash, are dropped.
 * @param read the bytes of a file of the run, null when it is not there. @throws Error naming the file at fault.
 */
export async function readRunFiles(read: (name: string) => Promise<Uint8Array | null>): Promise<Run> {
  const text = async (name: string) => {
    const bytes = await read(name);
    if (!bytes) throw new Error(`${name} is missing: this is not a run that the notebook saved`);
    return new TextDecoder().decode(bytes);
  };
  const migrated = migrate(parseJson(await text(RUN_FILE), RUN_FILE));
  if (!migrated.ok) throw new Error(`${RUN_FILE} ${migrated.reason}`);
  const { state: numbers, ...run } = checked(runFileSchema, migrated.record, RUN_FILE);
  const metrics = readMetrics(await text(METRICS_FILE), run.steps);
  const groups = readRollouts(await text(ROLLOUTS_FILE), run.steps);
  if ((numbers?.step ?? 0) !== run.steps)
    throw new Error(`${RUN_FILE}: ${run.steps} steps, but a state of step ${numbers?.step ?? 0}`);
  const state = numbers && readState(numbers, await readStateFile(read, numbers.file));
  return { ...run, records: metrics.map((record, i) => ({ ...record, groups: groups[i] })), state };
}

async function readStateFile(read: (name: string) => Promise<Uint8Array | null>, name: string) {
  const bytes = await read(name);
  if (!bytes) throw new Error(`${name} is missing: the run cannot go on without it`);
  return bytes;
}

function readMetrics(text: string, steps: number): StepRecord[] {
  const records = lines(text, METRICS_FILE).map(({ step, seconds, ...metrics }, i) =>
    checked(stepRecordSchema, { step, seconds, metrics, groups: [] }, `${METRICS_FILE} line ${i + 1}`),
  );
  const kept = records.slice(0, steps);
  if (kept.length < steps || kept.some(({ step }, i) => step !== i + 1))
    throw new Error(`${METRICS_FILE} does not hold steps 1 to ${steps} in order`);
  return kept;
}

function readRollouts(text: string, steps: number): GroupRecord[][] {
  const groups: GroupRecord[][] = Array.from({ length: steps }, () => []);
  for (const [i, { step, ...group }] of lines(text, ROLLOUTS_FILE).entries()) {
    const record = checked(groupRecordSchema, group, `${ROLLOUTS_FILE} line ${i + 1}`);
    groups[Number(step) - 1]?.push(record);
  }
  return groups;
}

/** A last line without its end was cut by a crash. */
function lines(text: string, file: string): Record<string, unknown>[] {
  const whole = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1);
  return whole.map((line, i) => {
    const where = `${file} line ${i + 1}`;
    const value = parseJson(line, where);
    if (typeof value !== 'object' || value === null) throw new Error(`${where} is no record`);
    return value as Record<string, unknown>;
  });
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${where} is not JSON`);
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
