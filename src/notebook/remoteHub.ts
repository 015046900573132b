/** Planning, downloading and deleting checkpoints, done in the hub worker. */
import * as Comlink from 'comlink';
import type { CheckpointPlan } from '../hub/checkpointPlan.ts';
import type { PrecisionWish } from '../hub/chooseFiles.ts';
import type { DownloadProgress } from '../hub/download.ts';
import type { HubService, Origin } from '../hub/hubService.ts';
import type { StoredCheckpoint } from '../hub/storedCheckpoints.ts';
import { CancellableCalls } from './cancellableCalls.ts';
import { endWithWorker } from './workerEnd.ts';

interface Seat {
  service: Comlink.Remote<HubService>;
  calls: CancellableCalls;
}

let seat: Seat | null = null;

/** A new worker in place of one that ended. */
function hubSeat(): Seat {
  if (!seat || seat.calls.ended) seat = newSeat();
  return seat;
}

function newSeat(): Seat {
  const worker = new Worker(new URL('../../workers/hub.ts', import.meta.url), {
    type: 'module',
    name: 'hub',
  });
  const service = Comlink.wrap<HubService>(worker);
  const calls = new CancellableCalls(
    (call) => void service.cancel(call),
    () => worker.terminate(),
  );
  endWithWorker(worker, calls, 'what fetches checkpoints');
  return { service, calls };
}

/** @throws what the service throws; AbortError; WorkerEndedError, and the next call has a new worker. */
function ask<T>(
  signal: AbortSignal | undefined,
  work: (service: Seat['service'], call: number) => Promise<T>,
): Promise<T> {
  const { service, calls } = hubSeat();
  return calls.run(signal, (call) => work(service, call));
}

export function planCheckpoint(
  id: string,
  origin: Origin,
  choice: PrecisionWish,
  signal: AbortSignal,
): Promise<CheckpointPlan> {
  return ask(signal, (service, call) => service.plan(call, id, origin, choice));
}

export function planStoredCheckpoint(id: string, choice: PrecisionWish): Promise<CheckpointPlan | null> {
  return ask(undefined, (service) => service.planStored(id, choice));
}

export function downloadCheckpoint(
  plan: CheckpointPlan,
  origin: Origin,
  onProgress: (progress: DownloadProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  return ask(signal, (service, call) => service.download(call, plan, origin, Comlink.proxy(onProgress)));
}

export function storedCheckpoints(): Promise<StoredCheckpoint[]> {
  return ask(undefined, (service) => service.list());
}

export function deleteCheckpoint(id: string): Promise<void> {
  return ask(undefined, (service) => service.delete(id));
}
