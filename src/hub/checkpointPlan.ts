/** What a download would be, before it starts: which files, how many bytes, what can be done with it. */
import type { PartDtypes } from '../checkpoint/parts.ts';
import { architectureOf, type Architecture } from './architecture.ts';
import { bytesHere } from './download.ts';
import { listFiles, type ListedFile } from './fileList.ts';
import { CANDIDATES, neededFiles } from './neededFiles.ts';
import {
  offeredPrecisions,
  PRECISIONS,
  preferredPrecision,
  refusal,
  type Accelerator,
  type Precision,
} from './precision.ts';
import { resolveUrl, type Repository } from './repository.ts';
import type { StoredCheckpoints } from './storedCheckpoints.ts';

export interface CheckpointPlan {
  id: string;
  precision: Precision;
  dtypes: PartDtypes;
  /** Precisions that the checkpoint has and this machine may run. */
  offered: Precision[];
  files: ListedFile[];
  /** Bytes in all. */
  total: number;
  /** Bytes that are here already. */
  here: number;
  architecture: Architecture;
}

export interface PlanOptions {
  /** Null: chosen for the accelerator. */
  precision: Precision | null;
  accelerator: Accelerator;
  signal: AbortSignal;
}

/** @throws Error: no such checkpoint, one that cannot run here, a refused combination; AbortError. */
export async function planDownload(
  checkpoints: StoredCheckpoints,
  repository: Repository,
  options: PlanOptions,
): Promise<CheckpointPlan> {
  const files = await listFiles(repository, CANDIDATES, options.signal);
  const readConfigJson = async (): Promise<unknown> => {
    const response = await fetch(resolveUrl(repository, 'config.json'), { signal: options.signal });
    return response.ok ? response.json() : null;
  };
  return plan(checkpoints, repository.id, files, readConfigJson, options);
}

/** The same for files that the visitor gave. @param given by path within the checkpoint. */
export async function planFolder(
  checkpoints: StoredCheckpoints,
  id: string,
  given: ReadonlyMap<string, Blob>,
  options: PlanOptions,
): Promise<CheckpointPlan> {
  const files = [...given].map(([path, { size }]) => ({ path, size, sha256: null, gitOid: null }));
  const readConfigJson = async (): Promise<unknown> => {
    const text = await given.get('config.json')?.text();
    if (text === undefined) return null;
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new Error(`config.json of ${id} is no JSON: ${String(error)}`, { cause: error });
    }
  };
  return plan(checkpoints, id, files, readConfigJson, options);
}

/** The same without a network, for what is stored whole. @returns null when nothing is. */
export async function planStored(
  checkpoints: StoredCheckpoints,
  id: string,
  options: Omit<PlanOptions, 'signal'>,
): Promise<CheckpointPlan | null> {
  const manifest = await checkpoints.manifest(id);
  const files = manifest?.files.filter(({ whole }) => whole) ?? [];
  if (offeredPrecisions(new Set(files.map(({ path }) => path))).length === 0) return null;
  const source = await checkpoints.source(id);
  const readConfigJson = async (): Promise<unknown> =>
    JSON.parse(new TextDecoder().decode(await source.read('config.json')));
  return plan(checkpoints, id, files, readConfigJson, { ...options, signal: new AbortController().signal });
}

async function plan(
  checkpoints: StoredCheckpoints,
  id: string,
  files: readonly ListedFile[],
  readConfigJson: () => Promise<unknown>,
  { precision, accelerator }: PlanOptions,
): Promise<CheckpointPlan> {
  const present = offeredPrecisions(new Set(files.map(({ path }) => path)));
  const offered = present.filter((candidate) => refusal(candidate, accelerator, id) === null);
  const chosen = precision ?? preferredPrecision(accelerator, offered, id);
  if (chosen === null && present.length > 0)
    throw new Error(`${id} cannot run here: ${refusal(present[0], accelerator, id)}`);
  const { files: needed, dtypes } = neededFiles(files, chosen ?? PRECISIONS[0], id);
  const why = refusal(chosen!, accelerator, id);
  if (why !== null) throw new Error(`${id}: ${why}`);
  return {
    id,
    precision: chosen!,
    dtypes,
    offered,
    files: needed,
    total: needed.reduce((sum, { size }) => sum + size, 0),
    here: await bytesHere(checkpoints, id, needed),
    architecture: architectureOf(await readConfigJson(), id),
  };
}
