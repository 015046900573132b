/** A run as one zip. What comes in is hostile until checked. */
import { BlobWriter, configure, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js';
import { Archive } from '../demos/archive.ts';
import type { Run } from './run.ts';
import { readRunFiles, writeRunFiles } from './runFiles.ts';

const LIMITS = { entries: 100, totalBytes: 2 ** 30 };
const FILE_LIMIT = 2 ** 29;

export async function writeRunZip(run: Run): Promise<Blob> {
  configure({ useWebWorkers: false });
  const zip = new ZipWriter(new BlobWriter('application/zip'));
  for (const [name, bytes] of writeRunFiles(run)) await zip.add(name, new Uint8ArrayReader(bytes));
  return zip.close();
}

/** @param name what errors call the file. @throws Error naming the file at fault, and why. */
export async function readRunZip(zip: Blob, name: string): Promise<Run> {
  const archive = await Archive.open(zip, name, LIMITS);
  try {
    return await readRunFiles(async (path) => (archive.has(path) ? archive.read(path, FILE_LIMIT) : null));
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
  }
}
