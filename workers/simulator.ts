/** Records demonstrations away from the page's thread. */
import loadMujoco from '@mujoco/mujoco';
import wasmUrl from '@mujoco/mujoco/mujoco.wasm?url';
import * as Comlink from 'comlink';
import type { Recorded } from '../src/simulator/bundle.ts';
import { Studio, type RecordProgress, type RecordRequest } from '../src/simulator/recording.ts';
import { TASKS } from '../src/simulator/tasks/tasks.ts';

let studio: Promise<Studio> | null = null;
let controller: AbortController | null = null;
let running: Promise<unknown> = Promise.resolve();

const simulatorWorker = {
  /** Names and numbers of variations. */
  tasks(): { name: string; variations: number }[] {
    return TASKS.map(({ name, variations }) => ({ name, variations }));
  },

  /**
   * One recording at a time: a second call cancels the first.
   * @throws Error naming an unknown task or variation; AbortError after cancel
   */
  async record(
    request: Omit<RecordRequest, 'every'>,
    onProgress?: (progress: RecordProgress) => void,
  ): Promise<Recorded> {
    controller?.abort();
    const own = (controller = new AbortController());
    await running.catch(() => undefined);
    const recording = record(request, own.signal, onProgress);
    running = recording;
    return recording;
  },

  /** Stops what is being recorded, within one picture. */
  cancel(): void {
    controller?.abort();
  },
};

async function record(
  request: RecordRequest,
  signal: AbortSignal,
  onProgress?: (progress: RecordProgress) => void,
): Promise<Recorded> {
  studio ??= openStudio().catch((error: unknown) => {
    studio = null;
    throw error;
  });
  const recorded: Recorded = { demonstrations: [], pictures: new Map(), dropped: [] };
  const onDropped = (seed: number) => void recorded.dropped.push(seed);
  const recordings = (await studio).record(request, { signal, onProgress, onDropped });
  for await (const { demonstration, frames } of recordings) {
    recorded.demonstrations.push(demonstration);
    recorded.pictures.set(demonstration.id, [...frames.values()]);
  }
  return recorded;
}

async function openStudio(): Promise<Studio> {
  return new Studio(await loadMujoco({ wasmBinary: await fetchPhysics() }));
}

async function fetchPhysics(): Promise<ArrayBuffer> {
  try {
    const response = await fetch(wasmUrl);
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await response.arrayBuffer();
  } catch (error) {
    throw new Error(
      `cannot reach ${wasmUrl} (${String(error)}): the simulator needs the network once, from then on this browser keeps it. Connect and record again`,
    );
  }
}

export type SimulatorWorker = typeof simulatorWorker;

Comlink.expose(simulatorWorker);
