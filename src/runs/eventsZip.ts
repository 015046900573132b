/** Event files of several runs, a folder each: TensorBoard calls a run by its folder. */
import { BlobWriter, configure, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js';
import type { RunCurves } from './curves.ts';
import { eventFileName, writeRunEvents } from './tensorboard.ts';

export async function writeEventsZip(runs: RunCurves[]): Promise<Blob> {
  configure({ useWebWorkers: false });
  const zip = new ZipWriter(new BlobWriter('application/zip'));
  for (const [i, run] of runs.entries()) {
    const folder = `${i + 1}-${run.name.replace(/[^\w.-]+/g, '-')}`;
    await zip.add(`${folder}/${eventFileName(run.created)}`, new Uint8ArrayReader(writeRunEvents(run)));
  }
  return zip.close();
}
