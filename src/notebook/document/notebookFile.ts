/** A notebook as a file: JSON with its small results and what its runs came to, or a zip that holds its runs and their adapters too. */
import { BlobReader, BlobWriter, TextReader, ZipWriter, configure } from '@zip.js/zip.js';
import { Archive } from '../../demos/archive.ts';
import type { Runs } from '../../runs/runs.ts';
import type { TrainResults } from '../cells/train.svelte.ts';
import { runsOf, type KeptCell, type KeptNotebook } from './kept.ts';
import { NOTEBOOK_VERSION } from './notebookMigrations.ts';
import { checkNotebook } from './notebookSchema.ts';

const NOTEBOOK_FILE = 'notebook.json';
const RUN_ENTRY = /^runs\/([\w-]{1,64})\.zip$/;
/** Bytes of notebook.json: results are small. */
const LARGEST_JSON = 20 * 2 ** 20;
/** A hundred runs. */
const LIMITS = { entries: 101, totalBytes: 2 ** 33 };

type Named = Pick<KeptNotebook, 'title' | 'cells'>;

/** With the main curves and held-out numbers of the runs that its train cells show. */
export async function notebookJson(
  notebook: KeptNotebook,
  runs: Pick<Runs, 'curves' | 'list'>,
): Promise<Blob> {
  const { withDigests } = await import('./runDigest.ts');
  return jsonOf(await withDigests(notebook, runs));
}

function jsonOf({ title, changed, cells }: KeptNotebook): Blob {
  const text = JSON.stringify({ version: NOTEBOOK_VERSION, id: 'file', title, changed, cells }, null, 1);
  return new Blob([text, '\n'], { type: 'application/json' });
}

/** With the runs that its cells hold, each as the zip that the runs cell gives. */
export async function notebookZip(
  notebook: KeptNotebook,
  runs: Pick<Runs, 'exportZip' | 'list'>,
  onProgress: (done: number, total: number) => void,
): Promise<Blob> {
  const { runs: stored } = await runs.list();
  const held = new Set(notebook.cells.flatMap(runsOf));
  const ids = stored.map(({ id }) => id).filter((id) => held.has(id));
  configure({ useWebWorkers: false });
  const zip = new ZipWriter(new BlobWriter('application/zip'));
  await zip.add(NOTEBOOK_FILE, new TextReader(await jsonOf(notebook).text()));
  for (const [done, id] of ids.entries()) {
    onProgress(done, ids.length);
    await zip.add(`runs/${id}.zip`, new BlobReader(await runs.exportZip(id)), { level: 0 });
  }
  return zip.close();
}

/**
 * Opens either; the runs of a zip join those of this browser, one that is there already is not taken twice.
 * Nothing is kept unless notebook.json is sound.
 * @throws Error naming the file and what is wrong with it.
 */
export async function readNotebookFile(file: File, runs: Pick<Runs, 'importZip' | 'list'>): Promise<Named> {
  const start = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const zipped = start[0] === 0x50 && start[1] === 0x4b;
  return zipped ? readZip(file, runs) : readJson(file, await limited(file, file.name));
}

function readJson(file: File, text: string): Named {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file.name} is no notebook: it is neither JSON nor a zip`, { cause: error });
  }
  const { title, cells } = checkNotebook(value, file.name);
  return { title, cells };
}

async function limited(blob: Blob, name: string): Promise<string> {
  if (blob.size > LARGEST_JSON)
    throw new Error(`${name} is too large for a notebook: ${blob.size} bytes, at most ${LARGEST_JSON}`);
  return blob.text();
}

async function readZip(file: File, runs: Pick<Runs, 'importZip' | 'list'>): Promise<Named> {
  const archive = await Archive.open(file, file.name, LIMITS);
  if (!archive.has(NOTEBOOK_FILE))
    throw new Error(`${file.name} holds no ${NOTEBOOK_FILE}, so it is no notebook`);
  const text = new TextDecoder().decode(await archive.read(NOTEBOOK_FILE, LARGEST_JSON));
  const notebook = readJson(file, text);
  const wanted = new Set(notebook.cells.flatMap(runsOf));
  const { runs: stored } = await runs.list();
  const ids = new Map(stored.map(({ id }) => [id, id]));
  for (const path of archive.paths()) {
    const id = RUN_ENTRY.exec(path)?.[1];
    if (!id || !wanted.has(id) || ids.has(id)) continue;
    const run = await runs.importZip(await archive.blob(path), `${file.name}: ${path}`);
    ids.set(id, run.id);
  }
  return { ...notebook, cells: notebook.cells.map((cell) => withRuns(cell, (id) => ids.get(id) ?? id)) };
}

/** As they are called here. */
function withRuns(cell: KeptCell, called: (id: string) => string): KeptCell {
  if (!runsOf(cell).length) return cell;
  const { run, dashboard, ...results } = cell.results as Partial<TrainResults>;
  return {
    ...cell,
    results: {
      ...results,
      run: run && called(run),
      ...(dashboard && { dashboard: { ...dashboard, overlays: dashboard.overlays.map(called) } }),
    },
  };
}
