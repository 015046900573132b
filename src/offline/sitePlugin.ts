/** Tells the service worker what the build consists of. */
import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';

/** Bytes above which a file is kept only once it was used: the runtimes of models and physics. */
const ROOM_LIMIT = 1_500_000;

export const SERVICE_WORKER = 'sw.js';

interface BuiltFile {
  fileName: string;
  type: 'chunk' | 'asset';
  code?: string;
  source?: string | Uint8Array;
  imports?: string[];
}

export function sitePlugin(): Plugin {
  return {
    name: 'site-for-service-worker',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      const worker = bundle[SERVICE_WORKER] as BuiltFile | undefined;
      if (!worker?.code) return;
      const files = (Object.values(bundle) as BuiltFile[]).filter(
        ({ fileName }) => fileName !== SERVICE_WORKER,
      );
      worker.code = worker.code.replaceAll('__SITE__', JSON.stringify(siteOf(files)));
    },
  };
}

/** @returns what the first page needs, and what else is small enough to be kept in advance. */
export function siteOf(files: BuiltFile[]): { version: string; page: string[]; rooms: string[] } {
  const page = new Set(['./', 'manifest.webmanifest', 'favicon.svg']);
  const html = files.find(({ fileName }) => fileName === 'index.html');
  for (const { fileName } of files)
    if (textOf(html).includes(fileName) || (/\.(css|woff2)$/.test(fileName) && !fileName.includes('style-')))
      page.add(fileName);
  const rooms = files
    .filter(
      (file) => !page.has(file.fileName) && !/\.(map|html)$/.test(file.fileName) && sizeOf(file) < ROOM_LIMIT,
    )
    .map(({ fileName }) => fileName);
  const hash = createHash('sha256');
  for (const file of [...files].sort((a, b) => a.fileName.localeCompare(b.fileName)))
    hash.update(`${file.fileName}\n`).update(file.code ?? file.source ?? '');
  return { version: hash.digest('hex').slice(0, 16), page: [...page], rooms };
}

function textOf(file: BuiltFile | undefined): string {
  const source = file?.source ?? '';
  return typeof source === 'string' ? source : new TextDecoder().decode(source);
}

function sizeOf({ code, source }: BuiltFile): number {
  return (code ?? source ?? '').length;
}
