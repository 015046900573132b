/** A run in a folder: the files of runs/runFiles.ts, grown a step at a time. */
import { appendFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { EvaluationReport } from '../evaluation/report.ts';
import type { Run, RunParent, RunSettings } from '../runs/run.ts';
import {
  METRICS_FILE,
  metricsLine,
  readRunFiles,
  ROLLOUTS_FILE,
  rolloutLines,
  RUN_FILE,
  runJson,
  stateFileName,
  stateFiles,
} from '../runs/runFiles.ts';
import type { TrainedStep, TrainingState } from '../training/trainingState.ts';
import { writeWhole } from './writeWhole.ts';

/** With which a run begins that goes on from another. */
interface Begun {
  parent: RunParent;
  state: TrainingState;
}

export async function isRunFolder(path: string): Promise<boolean> {
  return (await readIfThere(join(path, RUN_FILE))) !== null;
}

/** @throws Error naming the file that is missing or damaged. */
export function readRunFolder(path: string): Promise<Run> {
  return readRunFiles((name) => readIfThere(join(path, name))).catch((error: Error) => {
    throw new Error(`${path}: ${error.message}`, { cause: error });
  });
}

export class RunFolder {
  private constructor(
    readonly path: string,
    /** As it stands on the disk. */
    readonly run: Run,
  ) {}

  /** @throws Error when the folder holds a run already. */
  static async create(path: string, settings: RunSettings, id: string, begun?: Begun): Promise<RunFolder> {
    await mkdir(path, { recursive: true });
    if (await isRunFolder(path))
      throw new Error(`${path} holds a run already: go on with --resume ${path}, or choose another --out`);
    const created = new Date().toISOString();
    const folder = new RunFolder(path, {
      ...settings,
      id,
      created,
      steps: 0,
      metrics: null,
      tags: [],
      notes: '',
      parent: begun?.parent ?? null,
      records: [],
      evaluations: [],
      state: begun?.state ?? null,
    });
    if (begun) await folder.writeState(begun.state);
    await folder.writeRecords();
    await folder.commit();
    return folder;
  }

  /** @throws Error naming the file that is missing or damaged. */
  static async open(path: string): Promise<RunFolder> {
    const folder = new RunFolder(path, await readRunFolder(path));
    await folder.writeRecords();
    return folder;
  }

  async appendStep({ state, ...record }: TrainedStep): Promise<void> {
    await appendFile(join(this.path, METRICS_FILE), metricsLine(record));
    await appendFile(join(this.path, ROLLOUTS_FILE), rolloutLines(record));
    await this.writeState(state);
    const before = this.run.steps;
    this.run.records.push(record);
    Object.assign(this.run, { steps: record.step, metrics: record.metrics, state });
    await this.commit();
    await rm(join(this.path, stateFileName(before)), { force: true });
  }

  async saveEvaluation(report: EvaluationReport): Promise<void> {
    this.run.evaluations.push({ step: this.run.steps, report });
    await this.commit();
  }

  async extendTo(max_steps: number): Promise<void> {
    this.run.config.max_steps = max_steps;
    await this.commit();
  }

  async write(name: string, text: string): Promise<void> {
    await this.replace(name, text);
  }

  /** run.json names the state file of its step, so a step counts from the moment run.json is replaced. */
  private commit(): Promise<void> {
    return this.replace(RUN_FILE, runJson(this.run));
  }

  private async writeState(state: TrainingState): Promise<void> {
    for (const [name, bytes] of stateFiles(state, this.run.checkpoint)) await this.replace(name, bytes);
  }

  private async writeRecords(): Promise<void> {
    await this.replace(METRICS_FILE, this.run.records.map(metricsLine).join(''));
    await this.replace(ROLLOUTS_FILE, this.run.records.map(rolloutLines).join(''));
  }

  private replace(name: string, content: string | Uint8Array): Promise<void> {
    return writeWhole(join(this.path, name), content);
  }
}

async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
