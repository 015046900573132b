/** Tells the service worker what the build consists of. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import type { Part, Site } from './site.ts';

/** Bytes from which a file is kept after all others, or only once it was used. */
const LARGE = 1_500_000;

/** What is large, in the order in which it is kept; of the runtimes of models only what this machine uses. */
const PARTS: { name: string; files: RegExp; unasked: boolean }[] = [
  { name: 'the sample demonstrations', files: /^demos\/sample\.zip$/, unasked: true },
  { name: 'the embedded model', files: /^checkpoint\/.+\.(onnx|json)$/, unasked: true },
  { name: 'the tabletop demonstrations', files: /^demos\/tabletop\.zip$/, unasked: true },
  { name: 'the simulator', files: /^assets\/mujoco-.+\.wasm$/, unasked: true },
  { name: 'the reader of HDF5 files', files: /^assets\/hdf5_hl-.+\.js$/, unasked: true },
  { name: 'models on WebGPU', files: /^assets\/ort-.+\.asyncify-.+\.wasm$/, unasked: false },
  { name: 'models on WebAssembly', files: /^assets\/ort-wasm-simd-threaded-[^.]+\.wasm$/, unasked: false },
];

export const SERVICE_WORKER = 'sw.js';

interface BuiltFile {
  fileName: string;
  type: 'chunk' | 'asset';
  code?: string;
  source?: string | Uint8Array;
  imports?: string[];
}

export function sitePlugin(): Plugin {
  let publicFolder = '';
  return {
    name: 'site-for-service-worker',
    apply: 'build',
    enforce: 'post',
    configResolved({ publicDir }) {
      publicFolder = publicDir;
    },
    generateBundle(_, bundle) {
      const worker = bundle[SERVICE_WORKER] as BuiltFile | undefined;
      if (!worker?.code) return;
      const files = (Object.values(bundle) as BuiltFile[]).filter(
        ({ fileName }) => fileName !== SERVICE_WORKER,
      );
      worker.code = worker.code.replaceAll(
        '__SITE__',
        JSON.stringify(siteOf([...files, ...servedFiles(publicFolder)])),
      );
    },
  };
}

/** @returns what the first page needs, then what else is small, then what is large. */
export function siteOf(files: BuiltFile[]): Site {
  const page = new Set(['./', 'manifest.webmanifest', 'favicon.svg']);
  const html = files.find(({ fileName }) => fileName === 'index.html');
  for (const { fileName } of files)
    if (textOf(html).includes(fileName) || /\.(css|woff2)$/.test(fileName)) page.add(fileName);
  const large: Part[] = PARTS.map((part) => ({
    ...part,
    files: files.map(({ fileName }) => fileName).filter((name) => part.files.test(name)),
  })).filter((part) => part.files.length);
  const apart = new Set([...page, ...large.flatMap((part) => part.files)]);
  const small = files
    .filter(
      (file) => !apart.has(file.fileName) && !/\.(map|html)$/.test(file.fileName) && sizeOf(file) < LARGE,
    )
    .map(({ fileName }) => fileName);
  const parts = [{ name: 'views not opened yet', files: small, unasked: true }, ...large];
  const hash = createHash('sha256');
  for (const file of [...files].sort((a, b) => a.fileName.localeCompare(b.fileName)))
    hash.update(`${file.fileName}\n`).update(file.code ?? file.source ?? '');
  return { version: hash.digest('hex').slice(0, 16), page: [...page], parts };
}

/** What lies in the public folder and is served as it is. */
function servedFiles(folder: string): BuiltFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => ({
      fileName: path.replaceAll('\\', '/'),
      type: 'asset',
      source: readFileSync(join(folder, path)),
    }));
}

function textOf(file: BuiltFile | undefined): string {
  const source = file?.source ?? '';
  return typeof source === 'string' ? source : new TextDecoder().decode(source);
}

function sizeOf({ code, source }: BuiltFile): number {
  return (code ?? source ?? '').length;
}
