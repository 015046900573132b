/** Every format's fixture and two large files, each imported by a fresh process, so that its peak memory is its own. */
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Uint8ArrayReader, ZipWriter, configure } from '@zip.js/zip.js';
import { pngChunk } from '../../src/demos/png.ts';
import { fixture, unzipped } from '../fixtures/fixture.ts';
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
    const large = join(folder, 'large.zip');
    await writeLarge(large);
    const bare = await once('');
    const rows: Section['rows'] = [['no file: the process itself', `${megabytes(bare.bytes)} MB`, '']];
    for (const [format, path] of [...FILES, ['RLBench, stored zip', large] as const]) {
      const { size } = await stat(join(path.startsWith('/') ? '' : ROOT, path));
      const read = await once(path);
      rows.push([
        `${format}, ${sized(size)}`,
        `${megabytes(read.bytes)} MB`,
        `${(read.milliseconds / 1000).toFixed(2)} s: ${read.demonstrations} demonstrations, ` +
          `${read.frames} frames, ${read.pictures} pictures taken`,
      ]);
    }
    return { title: 'Importers: peak memory of a fresh process, time', rows };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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
  const padding = pngChunk(
    'paDd',
    new Uint8Array(PADDING_BYTES).map((_, i) => (i * 2_654_435_761) >>> 24),
  );
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

/** With the chunk between the header and the rest. */
function padded(png: Uint8Array, chunk: Uint8Array): Uint8Array {
  const header = 33;
  const out = new Uint8Array(png.length + chunk.length);
  out.set(png.subarray(0, header));
  out.set(chunk, header);
  out.set(png.subarray(header), header + chunk.length);
  return out;
}

const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20);

function sized(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.round(bytes / 1e3)} kB`;
}
