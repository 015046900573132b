/** Planning, downloading and deleting checkpoints, done in the hub worker. */
import * as Comlink from 'comlink';
import type { CheckpointPlan } from '../hub/checkpointPlan.ts';
import type { PrecisionWish } from '../hub/chooseFiles.ts';
import type { DownloadProgress } from '../hub/download.ts';
import type { HubService, Origin } from '../hub/hubService.ts';
import type { StoredCheckpoint } from '../hub/storedCheckpoints.ts';
import { CancellableCalls } from './cancellableCalls.ts';

type Service = Comlink.Remote<HubService>;

let worker: Service | null = null;
let calls: CancellableCalls | null = null;

function service(): Service {
  worker ??= Comlink.wrap<HubService>(
    new Worker(new URL('../../workers/hub.ts', import.meta.url), { type: 'module', name: 'hub' }),
  );
  return worker;
}

function cancellable(): CancellableCalls {
  calls ??= new CancellableCalls((call) => void service().cancel(call));
  return calls;
}

export function planCheckpoint(
  id: string,
  origin: Origin,
  choice: PrecisionWish,
  signal: AbortSignal,
): Promise<CheckpointPlan> {
  return cancellable().run(signal, (call) => service().plan(call, id, origin, choice));
}

export function planStoredCheckpoint(id: string, choice: PrecisionWish): Promise<CheckpointPlan | null> {
  return service().planStored(id, choice);
}

export function downloadCheckpoint(
  plan: CheckpointPlan,
  origin: Origin,
  onProgress: (progress: DownloadProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  return cancellable().run(signal, (call) =>
    service().download(call, plan, origin, Comlink.proxy(onProgress)),
  );
}

export function storedCheckpoints(): Promise<StoredCheckpoint[]> {
  return service().list();
}

export function deleteCheckpoint(id: string): Promise<void> {
  return service().delete(id);
}
