/** What a new run begins with where --adapter names a folder: a run's, or one in PEFT's layout. */
import { basename, resolve } from 'node:path';
import type { Adapter } from '../checkpoint/adapter.ts';
import type { Learner } from '../learner/learner.ts';
import { childState } from '../runs/childState.ts';
import type { RunParent } from '../runs/run.ts';
import type { TrainingState } from '../training/trainingState.ts';
import { readAdapterFolder } from './checkpointFolder.ts';
import { isRunFolder, readRunFolder } from './runFolder.ts';

export interface StartAdapter {
  folder: string;
  parent: RunParent;
  /** Of a run: what it trained. Null where only PEFT's files are there. */
  checkpoint: string | null;
  adapter: Adapter;
  /** Of a run: its moments go on too, as on the page. */
  state: TrainingState | null;
}

/** @throws Error naming the file that is missing or wrong; a run without a step; an adapter that cannot learn. */
export async function readStartAdapter(folder: string): Promise<StartAdapter> {
  const start = (await isRunFolder(folder)) ? await ofRun(folder) : await ofPeft(folder);
  const { lora_alpha } = start.adapter.config;
  if (!(lora_alpha > 0))
    throw new Error(`${folder}: lora_alpha ${lora_alpha} switches the adapter off: it must be more than 0`);
  return start;
}

async function ofRun(folder: string): Promise<StartAdapter> {
  const { id, name, steps, checkpoint, state } = await readRunFolder(folder);
  if (!state) throw new Error(`${folder}: the run has no step yet: there is nothing to begin with`);
  return { folder, parent: { id, name, step: steps }, checkpoint, adapter: state.adapter, state };
}

async function ofPeft(folder: string): Promise<StartAdapter> {
  const adapter = await readAdapterFolder(folder);
  const parent = { id: null, name: basename(resolve(folder)), step: null };
  return { folder, parent, checkpoint: null, adapter, state: null };
}

/** Gives it to the learner. @throws Error naming the module that does not fit the checkpoint. */
export async function beginWith(start: StartAdapter, learner: Learner): Promise<TrainingState> {
  try {
    await learner.setAdapter(start.adapter, start.state?.optimizer);
  } catch (error) {
    throw new Error(`--adapter ${start.folder}: ${(error as Error).message}`, { cause: error });
  }
  const fresh = { step: 0, position: 0, num_tokens: 0, ...(await learner.adapter()) };
  return start.state ? childState(start.state) : fresh;
}

/** A line for the terminal. */
export function describeStart({ parent, adapter }: StartAdapter): string {
  const { r, lora_alpha, target_modules } = adapter.config;
  const after = parent.step === null ? '' : ` after step ${parent.step}`;
  return `begins with the adapter of “${parent.name}”${after}: r ${r}, lora_alpha ${lora_alpha}, ${target_modules.join(', ')}`;
}
