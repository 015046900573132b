/** Demonstrations recorded in the simulator worker. */
import * as Comlink from 'comlink';
import type { SimulatorWorker } from '../../workers/simulator.ts';
import type { Recorded } from '../simulator/bundle.ts';
import type { Variety } from '../simulator/looks.ts';
import type { RecordProgress } from '../simulator/recording.ts';
import type { Progress } from './notebook.svelte.ts';
import { count, taskName } from './words.ts';

export interface RecordRequest {
  task: string;
  count: number;
  seed: number;
  variation: number;
  variety: Required<Variety>;
}

let worker: Comlink.Remote<SimulatorWorker> | null = null;

function simulatorWorker(): Comlink.Remote<SimulatorWorker> {
  worker ??= Comlink.wrap<SimulatorWorker>(
    new Worker(new URL('../../workers/simulator.ts', import.meta.url), { type: 'module', name: 'simulator' }),
  );
  return worker;
}

/** The tasks that can be recorded, with their numbers of variations. */
export function recordableTasks(): Promise<{ name: string; variations: number }[]> {
  return simulatorWorker().tasks();
}

/** @throws Error when the expert fails again and again; AbortError. */
export async function recordDemonstrations(
  request: RecordRequest,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Recorded> {
  signal.throwIfAborted();
  const simulator = simulatorWorker();
  const cancel = () => void simulator.cancel();
  signal.addEventListener('abort', cancel);
  try {
    const told = Comlink.proxy(({ done, total, what, dropped }: RecordProgress) => {
      const passed = dropped ? ` (${count(dropped, 'seed')} passed over: the expert failed)` : '';
      onProgress({ label: `Recording ${taskName(request.task)}: ${what}${passed}`, done, total });
    });
    return await simulator.record(request, told);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
