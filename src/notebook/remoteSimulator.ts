/** Demonstrations recorded in the simulator worker. */
import * as Comlink from 'comlink';
import type { SimulatorWorker } from '../../workers/simulator.ts';
import type { Bundle } from '../demos/demonstration.ts';
import type { RecordProgress } from '../simulator/recording.ts';
import type { Progress } from './notebook.svelte.ts';
import { taskName } from './words.ts';

export interface RecordRequest {
  task: string;
  count: number;
  seed: number;
}

let worker: Comlink.Remote<SimulatorWorker> | null = null;

function simulatorWorker(): Comlink.Remote<SimulatorWorker> {
  worker ??= Comlink.wrap<SimulatorWorker>(
    new Worker(new URL('../../workers/simulator.ts', import.meta.url), { type: 'module', name: 'simulator' }),
  );
  return worker;
}

/** Names of the tasks that can be recorded. */
export async function recordableTasks(): Promise<string[]> {
  return (await simulatorWorker().tasks()).map((task) => task.name);
}

/** @throws Error when the expert fails again and again; AbortError. */
export async function recordDemonstrations(
  request: RecordRequest,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Bundle> {
  signal.throwIfAborted();
  const simulator = simulatorWorker();
  const cancel = () => void simulator.cancel();
  signal.addEventListener('abort', cancel);
  try {
    const told = Comlink.proxy(({ done, total, what }: RecordProgress) =>
      onProgress({ label: `Recording ${taskName(request.task)}: ${what}`, done, total }),
    );
    const { demonstrations, pictures } = await simulator.record(request, told);
    const { recordedBundle } = await import('../simulator/bundle.ts');
    const name = `${taskName(request.task)}, seed ${request.seed}`;
    return recordedBundle(name, demonstrations, pictures);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
