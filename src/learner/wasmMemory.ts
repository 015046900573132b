/**
 * tfjs-wasm does not look whether memory could be had: what its allocator refuses is written to address 0, and numbers
 * go wrong in silence. Here the refusal itself becomes an error, which leaves WebAssembly at once.
 */
import * as tf from '@tensorflow/tfjs-core';
import { OutOfMemoryError } from '../device/deviceErrors.ts';

/** Emscripten's: false where the heap cannot grow to so many bytes. */
type Resize = (bytes: number) => boolean | number;
type Imports = { env?: { emscripten_resize_heap?: Resize } };

let dead = false;

/** The heap of the backend 'wasm' refused memory: its allocator was left in the midst, another backend is needed. */
export function isHeapDead(): boolean {
  return dead;
}

/** @param start starts the backend 'wasm', whose module is instantiated meanwhile. */
export async function withGuardedHeap<T>(start: () => Promise<T>): Promise<T> {
  // Not in every runtime.
  const { instantiate, instantiateStreaming } = WebAssembly as Pick<typeof WebAssembly, 'instantiate'> &
    Partial<Pick<typeof WebAssembly, 'instantiateStreaming'>>;
  const guarded = (of: (...given: never[]) => unknown) => (code: unknown, imports: Imports) =>
    (of as (code: unknown, imports: Imports) => unknown).call(WebAssembly, code, guardedImports(imports));
  Object.assign(WebAssembly, {
    instantiate: guarded(instantiate),
    ...(instantiateStreaming && { instantiateStreaming: guarded(instantiateStreaming) }),
  });
  try {
    dead = false;
    return await start();
  } finally {
    Object.assign(WebAssembly, { instantiate, ...(instantiateStreaming && { instantiateStreaming }) });
  }
}

function guardedImports(imports: Imports): Imports {
  const resize = imports?.env?.emscripten_resize_heap;
  if (!resize) return imports;
  const guarded: Resize = (bytes) => {
    const grown = resize(bytes);
    if (grown) return grown;
    bury();
    throw new OutOfMemoryError(`WebAssembly cannot have ${bytes >>> 0} bytes`);
  };
  return { ...imports, env: { ...imports.env, emscripten_resize_heap: guarded } };
}

/** The allocator keeps its lock, so that freeing would wait for ever. */
function bury(): void {
  dead = true;
  const backend = tf.findBackend('wasm') as { disposeData?: (id: object) => boolean } | null;
  if (backend) backend.disposeData = () => true;
}
