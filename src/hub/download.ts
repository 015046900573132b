/** Brings the files of a checkpoint into the store: counted before the start, resumed where it stopped, checked. */
import type { ListedFile } from './fileList.ts';
import { StorageFullError } from './fileStore.ts';
import { digestFor, type Digest } from './digest.ts';
import { sameFile, type Manifest, type StoredCheckpoints } from './storedCheckpoints.ts';
import { SpeedMeter } from './speedMeter.ts';
import { RetryableError, type Transport } from './transport.ts';

export interface DownloadProgress {
  /** Bytes here, of all files that are needed. */
  done: number;
  total: number;
  file: string;
  /** At the speed of the last seconds; null until there is one. */
  secondsLeft: number | null;
}

export interface DownloadOptions {
  signal: AbortSignal;
  onProgress?: (progress: DownloadProgress) => void;
  /** Without a byte for so long an attempt counts as failed. */
  stallMilliseconds?: number;
  /** Failures in a row without a byte of progress, after which it gives up. */
  attempts?: number;
  /** Before the first repetition; doubles. */
  pauseMilliseconds?: number;
}

/** Bytes of the files that are here already, partial ones among them. */
export async function bytesHere(
  checkpoints: StoredCheckpoints,
  id: string,
  files: readonly ListedFile[],
): Promise<number> {
  const kept = (await checkpoints.manifest(id))?.files ?? [];
  let bytes = 0;
  for (const file of files) {
    if (!kept.some((other) => sameFile(other, file))) continue;
    const size = (await checkpoints.store.open(checkpoints.pathOf(id, file.path)))?.size ?? 0;
    bytes += size <= file.size ? size : 0;
  }
  return bytes;
}

/**
 * What is here stays when it is cancelled or fails, and the next call goes on from there; wrong bytes are removed.
 * @throws AbortError at once; StorageFullError; Error naming the file that cannot be had or is not what was promised.
 */
export async function download(
  checkpoints: StoredCheckpoints,
  id: string,
  files: readonly ListedFile[],
  transport: Transport,
  options: DownloadOptions,
): Promise<void> {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const before = await bytesHere(checkpoints, id, files);
  const room = await checkpoints.store.room();
  if (room !== null && total - before > room) throw new StorageFullError();
  const old = await checkpoints.manifest(id);
  // Bytes of what a file was before must not become the beginning of what it is now.
  for (const file of files)
    if (old?.files.some((other) => other.path === file.path && !sameFile(other, file)))
      await checkpoints.store.remove(checkpoints.pathOf(id, file.path));
  const manifest = merged(old, id, transport.origin, files);
  await checkpoints.save(manifest);
  const meter = new SpeedMeter();
  const entryOf = ({ path }: ListedFile) => manifest.files.find((entry) => entry.path === path)!;
  // Another tab may have cut a file that this one had whole.
  for (const file of files)
    entryOf(file).whole &&=
      (await checkpoints.store.open(checkpoints.pathOf(id, file.path)))?.size === file.size;
  let finished = files.filter((file) => entryOf(file).whole).reduce((sum, { size }) => sum + size, 0);
  for (const file of files) {
    const entry = entryOf(file);
    if (entry.whole) continue;
    const told = (bytes: number) => {
      const done = finished + bytes;
      meter.record(done, performance.now());
      options.onProgress?.({ done, total, file: file.path, secondsLeft: meter.secondsFor(total - done) });
    };
    await fetchWhole(checkpoints, id, file, transport, options, told);
    entry.whole = true;
    await checkpoints.save(manifest);
    finished += file.size;
    told(0);
  }
}

/** Files that another precision brought are kept; those that have changed on the hub begin anew. */
function merged(old: Manifest | null, id: string, origin: string, files: readonly ListedFile[]): Manifest {
  const kept = old?.files ?? [];
  const wanted = new Set(files.map(({ path }) => path));
  return {
    version: 1,
    id,
    origin,
    files: [
      ...kept.filter(({ path }) => !wanted.has(path)),
      ...files.map((file) => ({
        ...file,
        whole: kept.find((other) => sameFile(other, file))?.whole ?? false,
      })),
    ],
  };
}

async function fetchWhole(
  checkpoints: StoredCheckpoints,
  id: string,
  file: ListedFile,
  transport: Transport,
  options: DownloadOptions,
  told: (bytes: number) => void,
): Promise<void> {
  const { signal, attempts = 5, pauseMilliseconds = 1000 } = options;
  const path = checkpoints.pathOf(id, file.path);
  for (let failures = 0; ;) {
    signal.throwIfAborted();
    const before = (await checkpoints.store.open(path))?.size ?? 0;
    try {
      await attempt(checkpoints, path, file, transport, options, told);
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof RetryableError)) throw error;
      const after = (await checkpoints.store.open(path))?.size ?? 0;
      failures = after > before ? 1 : failures + 1;
      if (failures >= attempts)
        throw new Error(
          `${error.message}; ${after} of ${file.size} bytes are kept: go on when it answers again`,
          {
            cause: error,
          },
        );
      await pause(pauseMilliseconds * 2 ** (failures - 1), signal);
    }
  }
}

/** From where the stored part ends to the end of the file. */
async function attempt(
  checkpoints: StoredCheckpoints,
  path: string,
  file: ListedFile,
  transport: Transport,
  { signal, stallMilliseconds = 30_000 }: DownloadOptions,
  told: (bytes: number) => void,
): Promise<void> {
  const { store } = checkpoints;
  const part = await store.open(path);
  const have = part && part.size <= file.size ? part.size : 0;
  let digest = digestFor(file);
  if (have > 0) await hashInto(digest, part!, signal);
  let at = have;
  told(at);
  if (at < file.size || file.size === 0) {
    const stall = new AbortController();
    const either = AbortSignal.any([signal, stall.signal]);
    const watch = watchdog(stallMilliseconds, stall);
    try {
      const { start, body } = await transport.read(file, have, either);
      if (start < have) [at, digest] = [0, digestFor(file)];
      const writer = await store.append(path, at > 0 ? at : null);
      try {
        for await (const chunk of chunks(body, either)) {
          watch.alive();
          if (at + chunk.length > file.size)
            throw new WrongBytesError(file, 'it is longer than the hub said');
          await writer.write(chunk);
          digest.update(chunk);
          at += chunk.length;
          told(at);
        }
      } finally {
        await writer.close();
      }
    } catch (error) {
      if (error instanceof WrongBytesError) await store.remove(path);
      if (signal.aborted || !stall.signal.aborted) throw error;
      throw new RetryableError(
        `${file.path} did not come on for ${Math.round(stallMilliseconds / 1000)} seconds`,
      );
    } finally {
      watch.stop();
    }
    if (at < file.size) throw new RetryableError(`${file.path} was cut off at ${at} of ${file.size} bytes`);
  }
  const mismatch = digest.mismatch();
  if (mismatch === null) return;
  await store.remove(path);
  throw new WrongBytesError(file, mismatch);
}

class WrongBytesError extends Error {
  constructor({ path }: ListedFile, how: string) {
    super(
      `${path} is not what the hub promised: ${how}. It was removed: download it again, or from another mirror`,
    );
  }
}

async function hashInto(digest: Digest, part: Blob, signal: AbortSignal): Promise<void> {
  for await (const chunk of chunks(part.stream(), signal)) digest.update(chunk);
}

async function* chunks(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  const stop = () => void reader.cancel().catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        signal.throwIfAborted();
        throw new RetryableError(`the connection broke: ${String(error)}`);
      });
      signal.throwIfAborted();
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

function watchdog(milliseconds: number, stall: AbortController) {
  const arm = () => setTimeout(() => stall.abort(), milliseconds);
  let timer = arm();
  return {
    alive() {
      clearTimeout(timer);
      timer = arm();
    },
    stop: () => clearTimeout(timer),
  };
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', stop, { once: true });
  });
}
