/** The file store's worker, to be asked from outside as `files`. */
import { wrap } from 'comlink';
import type { Trials } from './opfsWorker.ts';

const worker = () => new Worker(new URL('./opfsWorker.ts', import.meta.url), { type: 'module' });

export const files = wrap<Trials>(worker());
/** As a second tab's worker would. */
export const others = wrap<Trials>(worker());

Object.assign(globalThis, { files, others });
