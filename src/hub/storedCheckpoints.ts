/** The checkpoints kept on this machine: what of each is there, whole and checked, and how to read it. */
import * as v from 'valibot';
import { MissingFileError, type CheckpointSource } from '../checkpoint/source.ts';
import type { ListedFile } from './fileList.ts';
import { isSafePath } from './fileList.ts';
import { readText, writeText, type FileStore } from './fileStore.ts';
import { offeredPrecisions, type Precision } from './precision.ts';

const FOLDER = 'checkpoints';
const MANIFEST = 'manifest.json';
/** Written whole before the manifest is: where the storage is full, one of the two can be read. */
const NEXT_MANIFEST = 'manifest.json.new';

const fileSchema = v.object({
  path: v.pipe(v.string(), v.check(isSafePath, 'must be a relative path')),
  size: v.pipe(v.number(), v.integer(), v.minValue(0)),
  sha256: v.nullable(v.string()),
  gitOid: v.nullable(v.string()),
  version: v.optional(v.nullable(v.string())),
  /** All bytes are there and hash to what was promised. */
  whole: v.boolean(),
});
const manifestSchema = v.object({
  version: v.literal(1),
  id: v.string(),
  /** Where it came from: a hub's address, or "folder". */
  origin: v.string(),
  files: v.array(fileSchema),
});

export type StoredFile = v.InferOutput<typeof fileSchema>;
export type Manifest = v.InferOutput<typeof manifestSchema>;

export interface StoredCheckpoint {
  id: string;
  origin: string;
  /** Bytes on this machine, partial files among them. */
  bytes: number;
  /** Those that can be loaded without a network. */
  precisions: Precision[];
}

export class StoredCheckpoints {
  readonly store: FileStore;

  constructor(store: FileStore) {
    this.store = store;
  }

  async list(): Promise<StoredCheckpoint[]> {
    const files = await this.store.list(`${FOLDER}/`);
    const folders = [...new Set(files.map(({ path }) => path.split('/')[1]))];
    const found = await Promise.all(
      folders.map(async (folder) => {
        const manifest = await this.read(folder);
        const inside = files.filter(({ path }) => path.startsWith(`${FOLDER}/${folder}/`));
        return {
          id: manifest?.id ?? decodeURIComponent(folder),
          origin: manifest?.origin ?? '',
          bytes: inside.reduce((sum, { size }) => sum + size, 0),
          precisions: manifest ? offeredPrecisions(wholePaths(manifest)) : [],
        };
      }),
    );
    return found.sort((a, b) => a.id.localeCompare(b.id));
  }

  /** @returns null when nothing of it is here. */
  manifest(id: string): Promise<Manifest | null> {
    return this.read(folderOf(id));
  }

  /** @throws StorageFullError; the manifest before stays. */
  async save(manifest: Manifest): Promise<void> {
    const text = JSON.stringify(manifest, null, 1);
    const next = this.pathOf(manifest.id, NEXT_MANIFEST);
    try {
      await writeText(this.store, next, text);
    } catch (error) {
      await this.store.remove(next);
      throw error;
    }
    await writeText(this.store, this.pathOf(manifest.id, MANIFEST), text);
    await this.store.remove(next);
  }

  delete(id: string): Promise<void> {
    return this.store.remove(`${FOLDER}/${folderOf(id)}`);
  }

  /** Where a file's bytes lie in the store. */
  pathOf(id: string, path: string): string {
    return `${FOLDER}/${folderOf(id)}/${path}`;
  }

  /** @throws Error when nothing of it is here. */
  async source(id: string): Promise<CheckpointSource> {
    const manifest = await this.manifest(id);
    if (!manifest) throw new Error(`${id} is not stored here: download it first`);
    const whole = wholePaths(manifest);
    return {
      name: id,
      paths: () => Promise.resolve([...whole]),
      read: async (path, signal, onProgress) => {
        signal?.throwIfAborted();
        const blob = whole.has(path) ? await this.store.open(this.pathOf(id, path)) : null;
        if (!blob) throw new MissingFileError(`${id} has no ${path} among its stored files`);
        const { size } = manifest.files.find((file) => file.path === path)!;
        if (blob.size !== size)
          throw new Error(`${path} of ${id} has ${blob.size} of ${size} bytes here: download it again`);
        const bytes = new Uint8Array(await blob.arrayBuffer());
        signal?.throwIfAborted();
        onProgress?.(bytes.length, bytes.length);
        return bytes;
      },
    };
  }

  private async read(folder: string): Promise<Manifest | null> {
    for (const file of [MANIFEST, NEXT_MANIFEST]) {
      const text = await readText(this.store, `${FOLDER}/${folder}/${file}`);
      try {
        if (text !== null) return v.parse(manifestSchema, JSON.parse(text));
      } catch {
        // Cut short by a crash or a full storage.
      }
    }
    return null;
  }
}

export function wholePaths({ files }: Manifest): Set<string> {
  return new Set(files.filter(({ whole }) => whole).map(({ path }) => path));
}

/** Same bytes promised, as far as either hub says. */
export function sameFile(a: ListedFile, b: ListedFile): boolean {
  const changed = a.version && b.version && a.version !== b.version;
  return !changed && a.path === b.path && a.size === b.size && a.sha256 === b.sha256 && a.gitOid === b.gitOid;
}

/** One folder a checkpoint, whatever its id holds. */
function folderOf(id: string): string {
  return encodeURIComponent(id).replaceAll('.', '%2E').replaceAll('*', '%2A');
}
