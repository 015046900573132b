/** Checkpoints and adapters from folders. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Adapter } from '../checkpoint/adapter.ts';
import { readPeft } from '../checkpoint/peft.ts';
import { MissingFileError, type CheckpointSource } from '../checkpoint/source.ts';

/** What runs and adapters call the checkpoint that the page opens with. */
export const EMBEDDED = 'embedded';
const EMBEDDED_FOLDER = fileURLToPath(new URL('../../public/checkpoint', import.meta.url));

/** A checkpoint in the hub's layout. @param checkpoint "embedded" or a folder. */
export function folderSource(checkpoint: string): CheckpointSource {
  const embedded = checkpoint === EMBEDDED;
  const folder = embedded ? EMBEDDED_FOLDER : checkpoint;
  return {
    name: embedded ? EMBEDDED : basename(resolve(folder)),
    read: (path, signal) =>
      readNamed(join(folder, path), `${folder} has no ${path}: is it a checkpoint?`, signal),
    async paths() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
    },
  };
}

/** The adapter of a folder in PEFT's layout. @throws Error naming the file that is missing or wrong. */
export async function readAdapterFolder(folder: string): Promise<Adapter> {
  const read = (name: string) => readNamed(join(folder, name), `${folder} has no ${name}: is it an adapter?`);
  const config = await read('adapter_config.json');
  return readPeft({
    'adapter_config.json': new TextDecoder().decode(config),
    'adapter_model.safetensors': await read('adapter_model.safetensors'),
  });
}

/** @returns a copy that owns its buffer: ONNX files are read in place. */
async function readNamed(path: string, missing: string, signal?: AbortSignal): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path, { signal }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new MissingFileError(missing);
    throw error;
  }
}
