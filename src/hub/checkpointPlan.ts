/** What a download would be, before it starts: which files, how many bytes, what can be done with it. */
import { chooseFiles, type ChosenFiles, type PrecisionWish } from './chooseFiles.ts';
import { bytesHere } from './download.ts';
import { listFiles, type ListedFile } from './fileList.ts';
import { CANDIDATES } from './neededFiles.ts';
import { offeredPrecisions } from './precision.ts';
import { resolveUrl, type Repository } from './repository.ts';
import type { StoredCheckpoints } from './storedCheckpoints.ts';

export interface CheckpointPlan extends ChosenFiles<ListedFile> {
  id: string;
  /** Bytes in all. */
  total: number;
  /** Bytes that are here already. */
  here: number;
}

export interface PlanOptions extends PrecisionWish {
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
    const url = resolveUrl(repository, 'config.json');
    const response = await fetch(url, { signal: options.signal }).catch((error: unknown) => {
      options.signal.throwIfAborted();
      throw new Error(`cannot reach ${url}: ${String(error)}; check the connection or set a mirror`);
    });
    return response.ok ? parsed(await response.text(), `${url} gives a config.json that`) : null;
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
  const files = [...given].map(([path, blob]) => ({
    path,
    size: blob.size,
    sha256: null,
    gitOid: null,
    version: blob instanceof File ? String(blob.lastModified) : null,
  }));
  const readConfigJson = async (): Promise<unknown> => {
    const text = await given.get('config.json')?.text();
    return text === undefined ? null : parsed(text, `config.json of ${id}`);
  };
  return plan(checkpoints, id, files, readConfigJson, options);
}

/** The same without a network, for what is stored whole. @returns null when nothing is. */
export async function planStored(
  checkpoints: StoredCheckpoints,
  id: string,
  wish: PrecisionWish,
): Promise<CheckpointPlan | null> {
  const manifest = await checkpoints.manifest(id);
  const files = manifest?.files.filter(({ whole }) => whole) ?? [];
  if (offeredPrecisions(new Set(files.map(({ path }) => path))).length === 0) return null;
  const source = await checkpoints.source(id);
  const readConfigJson = async (): Promise<unknown> =>
    JSON.parse(new TextDecoder().decode(await source.read('config.json')));
  return plan(checkpoints, id, files, readConfigJson, wish);
}

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${what} is no JSON: ${String(error)}`, { cause: error });
  }
}

async function plan(
  checkpoints: StoredCheckpoints,
  id: string,
  files: readonly ListedFile[],
  readConfigJson: () => Promise<unknown>,
  wish: PrecisionWish,
): Promise<CheckpointPlan> {
  const chosen = chooseFiles(files, await readConfigJson(), wish, id);
  return {
    ...chosen,
    id,
    total: chosen.files.reduce((sum, { size }) => sum + size, 0),
    here: await bytesHere(checkpoints, id, chosen.files),
  };
}
