/** Every format's fixture and large files, each imported by a fresh process, so that its peak memory is its own. */
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Uint8ArrayReader, ZipWriter, configure } from '@zip.js/zip.js';
import { fixture, unzipped } from '../fixtures/fixture.ts';
import { padded, writeDeflatedParquet, writeManyFiles, writeManyFrames } from './largeBundles.ts';
import type { Section } from './table.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ONCE = fileURLToPath(new URL('importOnce.ts', import.meta.url));
const FILES: [format: string, path: string][] = [
  ['RLBench, variation folders', 'test/fixtures/rlbench_variations.zip'],
  ["RLBench, PerAct's layout", 'test/fixtures/rlbench_all_variations.zip'],
  ['RLBench, depth and masks', 'test/fixtures/rlbench_layers.zip'],
  ['LeRobot v2.1', 'test/fixtures/lerobot_v21.zip'],
  ['LeRobot v3.0', 'test/fixtures/lerobot_v3_shared.zip'],
  ['robomimic', 'test/fixtures/robomimic.hdf5'],
  ['ManiSkill', 'test/fixtures/maniskill.h5'],
  ['LeRobot v3.0, our samples', 'public/demos/tabletop.zip'],
];
/** Pictures of a megabyte in a zip of more than 2 GB. */
const LARGE_EPISODES = 240;
const PADDING_BYTES = 2 ** 20;
/** No bundle may take more, however large it is. */
const MOST_BYTES = 500e6;

/** As large as whole datasets are. */
const LARGE: [format: string, write: (path: string) => Promise<void>][] = [
  ['RLBench, stored zip', writeLarge],
  ['RLBench, 88,249 files', (path) => writeManyFiles(path, 49, 120)],
  ['RLBench, 441,245 files', (path) => writeManyFiles(path, 245, 120)],
  ['LeRobot v2.1, 12 files of 80 MB, deflated', (path) => writeDeflatedParquet(path, 12, 80, 2 ** 20)],
  ['LeRobot v3.0, a million frames in a file', (path) => writeManyFrames(path, 2000, 500)],
];

interface Once {
  demonstrations: number;
  frames: number;
  pictures: number;
  milliseconds: number;
  bytes: number;
}

export async function importers(): Promise<Section> {
  const folder = await mkdtemp(join(tmpdir(), 'importers-'));
  try {
    const bare = await once('');
    const rows: Section['rows'] = [['no file: the process itself', `${megabytes(bare.bytes)} MB`, '']];
    for (const [format, path] of FILES) rows.push(await measured(format, join(ROOT, path)));
    for (const [format, write] of LARGE) {
      const path = join(folder, 'large.zip');
      await write(path);
      rows.push(await measured(format, path));
    }
    return { title: 'Importers: peak memory of a fresh process, time', rows };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @throws Error when the import took more memory than any may */
async function measured(format: string, path: string): Promise<Section['rows'][number]> {
  const { size } = await stat(path);
  const { bytes, milliseconds, demonstrations, frames, pictures } = await once(path);
  if (bytes > MOST_BYTES)
    throw new Error(`${format}: ${megabytes(bytes)} MB of memory, more than ${megabytes(MOST_BYTES)}`);
  return [
    `${format}, ${sized(size)}`,
    `${megabytes(bytes)} MB`,
    `${(milliseconds / 1000).toFixed(2)} s: ${demonstrations} demonstrations, ` +
      `${frames} frames, ${pictures} pictures taken`,
  ];
}

async function once(path: string): Promise<Once> {
  const args = ['--import', 'tsx', ONCE, ...(path ? [path] : [])];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
  return JSON.parse(stdout) as Once;
}

/** The fixture's first episode many times over, its pictures padded by an ancillary chunk, entries stored. */
async function writeLarge(path: string): Promise<void> {
  const files = Object.entries(await unzipped(fixture('rlbench_variations.zip')));
  const [first] = files.map(([name]) => /^(.*\/)episode\d+\//.exec(name)).filter((found) => found !== null);
  const episode = files.filter(([name]) => name.startsWith(first[0]));
  const padding = new Uint8Array(PADDING_BYTES).map((_, i) => (i * 2_654_435_761) >>> 24);
  configure({ useWebWorkers: false });
  const out = Writable.toWeb(createWriteStream(path)) as WritableStream<Uint8Array>;
  const zip = new ZipWriter(out, { level: 0 });
  for (let k = 0; k < LARGE_EPISODES; k++)
    for (const [name, bytes] of episode) {
      const content = name.endsWith('.png') ? padded(bytes, padding) : bytes;
      await zip.add(`${first[1]}episode${k}/${name.slice(first[0].length)}`, new Uint8ArrayReader(content));
    }
  await zip.close();
}

const megabytes = (bytes: number) => Math.round(bytes / 1e6);

function sized(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.round(bytes / 1e3)} kB`;
}
