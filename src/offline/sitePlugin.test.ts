import { expect, test } from 'vitest';
import { siteOf } from './sitePlugin.ts';

const large = new Uint8Array(2_000_000);
const files = [
  { fileName: 'index.html', type: 'asset' as const, source: '<script src="./assets/index-1.js"></script>' },
  { fileName: 'assets/index-1.js', type: 'chunk' as const, code: 'a' },
  { fileName: 'assets/index-1.css', type: 'asset' as const, source: 'b' },
  { fileName: 'assets/lab-1.js', type: 'chunk' as const, code: 'c' },
  { fileName: 'assets/lab-1.js.map', type: 'asset' as const, source: '{}' },
  { fileName: 'assets/ort-wasm-simd-threaded-1.wasm', type: 'asset' as const, source: large },
  { fileName: 'assets/ort-wasm-simd-threaded.asyncify-1.wasm', type: 'asset' as const, source: large },
  { fileName: 'assets/mujoco-1.wasm', type: 'asset' as const, source: large },
  { fileName: 'checkpoint/onnx/decoder_q4.onnx', type: 'asset' as const, source: large },
  { fileName: 'checkpoint/config.json', type: 'asset' as const, source: '{}' },
  { fileName: 'demos/tabletop.zip', type: 'asset' as const, source: large },
  { fileName: 'unknown.bin', type: 'asset' as const, source: large },
];

test('the first page, and what is small of the rest', () => {
  const { page, parts } = siteOf(files);
  expect(page).toEqual([
    './',
    'manifest.webmanifest',
    'favicon.svg',
    'assets/index-1.js',
    'assets/index-1.css',
  ]);
  expect(parts[0]).toEqual({ name: 'views not opened yet', files: ['assets/lab-1.js'], unasked: true });
});

test('large parts by name, in the order they are kept; runtimes of models only when used', () => {
  expect(siteOf(files).parts.slice(1)).toEqual([
    {
      name: 'the embedded model',
      files: ['checkpoint/onnx/decoder_q4.onnx', 'checkpoint/config.json'],
      unasked: true,
    },
    { name: 'the tabletop demonstrations', files: ['demos/tabletop.zip'], unasked: true },
    { name: 'the simulator', files: ['assets/mujoco-1.wasm'], unasked: true },
    {
      name: 'models on WebGPU',
      files: ['assets/ort-wasm-simd-threaded.asyncify-1.wasm'],
      unasked: false,
    },
    { name: 'models on WebAssembly', files: ['assets/ort-wasm-simd-threaded-1.wasm'], unasked: false },
  ]);
});

test('another build has another version, the same build the same', () => {
  const changed = files.map((file) => (file.fileName.endsWith('.css') ? { ...file, source: 'other' } : file));
  expect(siteOf([...files].reverse()).version).toBe(siteOf(files).version);
  expect(siteOf(changed).version).not.toBe(siteOf(files).version);
});
