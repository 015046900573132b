import { expect, test } from 'vitest';
import { siteOf } from './sitePlugin.ts';

const files = [
  { fileName: 'index.html', type: 'asset' as const, source: '<script src="./assets/index-1.js"></script>' },
  { fileName: 'assets/index-1.js', type: 'chunk' as const, code: 'a' },
  { fileName: 'assets/index-1.css', type: 'asset' as const, source: 'b' },
  { fileName: 'assets/lab-1.js', type: 'chunk' as const, code: 'c' },
  { fileName: 'assets/lab-1.js.map', type: 'asset' as const, source: '{}' },
  { fileName: 'assets/ort-1.wasm', type: 'asset' as const, source: new Uint8Array(2_000_000) },
];

test('the first page, the rooms, and not what is large', () => {
  const { page, rooms } = siteOf(files);
  expect(page).toEqual([
    './',
    'manifest.webmanifest',
    'favicon.svg',
    'assets/index-1.js',
    'assets/index-1.css',
  ]);
  expect(rooms).toEqual(['assets/lab-1.js']);
});

test('another build has another version, the same build the same', () => {
  const changed = files.map((file) => (file.fileName.endsWith('.css') ? { ...file, source: 'other' } : file));
  expect(siteOf([...files].reverse()).version).toBe(siteOf(files).version);
  expect(siteOf(changed).version).not.toBe(siteOf(files).version);
});
