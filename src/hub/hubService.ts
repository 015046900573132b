/** Downloads behind a message port: each call can be cancelled by its number, which is the caller's. */
import { planDownload, planFolder, planStored, type CheckpointPlan } from './checkpointPlan.ts';
import type { PrecisionWish } from './chooseFiles.ts';
import { download, type DownloadProgress } from './download.ts';
import { hubRepository } from './repository.ts';
import { StoredCheckpoints, type StoredCheckpoint } from './storedCheckpoints.ts';
import type { FileStore } from './fileStore.ts';
import { folderTransport, httpTransport } from './transport.ts';

/** A file that the visitor gave, by its path within the checkpoint. */
export interface FolderFile {
  path: string;
  blob: Blob;
}

/** Where the bytes come from. */
export type Origin = { mirror: string } | { files: FolderFile[] };

export class HubService {
  readonly #checkpoints: StoredCheckpoints;
  readonly #controllers = new Map<number, AbortController>();

  constructor(store: FileStore) {
    this.#checkpoints = new StoredCheckpoints(store);
  }

  plan(call: number, id: string, origin: Origin, choice: PrecisionWish): Promise<CheckpointPlan> {
    return this.#run(call, (signal) =>
      'mirror' in origin
        ? planDownload(this.#checkpoints, hubRepository(id, origin.mirror), { ...choice, signal })
        : planFolder(this.#checkpoints, id, blobs(origin.files), { ...choice, signal }),
    );
  }

  /** Without a network; null when the checkpoint is not here whole. */
  planStored(id: string, choice: PrecisionWish): Promise<CheckpointPlan | null> {
    return planStored(this.#checkpoints, id, choice);
  }

  download(
    call: number,
    { id, files }: CheckpointPlan,
    origin: Origin,
    onProgress: (progress: DownloadProgress) => void,
  ): Promise<void> {
    return this.#run(call, (signal) => {
      const transport =
        'mirror' in origin
          ? httpTransport(hubRepository(id, origin.mirror))
          : folderTransport(blobs(origin.files));
      return download(this.#checkpoints, id, files, transport, { signal, onProgress: sparingly(onProgress) });
    });
  }

  list(): Promise<StoredCheckpoint[]> {
    return this.#checkpoints.list();
  }

  delete(id: string): Promise<void> {
    return this.#checkpoints.delete(id);
  }

  /** The call ends with an AbortError. */
  cancel(call: number): void {
    this.#controllers.get(call)?.abort();
  }

  async #run<T>(call: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    this.#controllers.set(call, controller);
    try {
      return await run(controller.signal);
    } finally {
      this.#controllers.delete(call);
    }
  }
}

function blobs(files: FolderFile[]): Map<string, Blob> {
  return new Map(files.map(({ path, blob }) => [path, blob]));
}

/** Ten messages a second are enough to look at; the last always comes. */
function sparingly(onProgress: (progress: DownloadProgress) => void): (progress: DownloadProgress) => void {
  let next = 0;
  return (progress) => {
    const now = performance.now();
    if (now < next && progress.done < progress.total) return;
    next = now + 100;
    onProgress(progress);
  };
}
