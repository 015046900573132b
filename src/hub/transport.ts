/** How the bytes of a listed file come: from a hub by HTTP, or from files that the visitor gave. */
import { meaning, type ListedFile } from './fileList.ts';
import { resolveUrl, type Repository } from './repository.ts';

export interface Transport {
  /** Of the manifest. */
  origin: string;
  /**
   * @param from the first byte wanted.
   * @returns the bytes from `start` on, which is 0 where the server does not give parts.
   * @throws Error; one that is a RetryableError may pass by itself.
   */
  read(
    file: ListedFile,
    from: number,
    signal: AbortSignal,
  ): Promise<{ start: number; body: ReadableStream<Uint8Array> }>;
}

/** It may go better the next time. */
export class RetryableError extends Error {
  override name = 'RetryableError';
}

export function httpTransport(repository: Repository): Transport {
  return {
    origin: repository.host,
    async read(file, from, signal) {
      const url = resolveUrl(repository, file.path);
      const headers = from > 0 ? { Range: `bytes=${from}-` } : undefined;
      const response = await fetch(url, { signal, headers }).catch((error: unknown) => {
        signal.throwIfAborted();
        throw new RetryableError(`cannot reach ${url}: ${String(error)}`);
      });
      const { status } = response;
      // The part that is here is longer than the server's file: begin anew.
      if (status === 416) return { start: 0, body: new Blob([]).stream() };
      if (!response.ok) {
        await response.body?.cancel();
        const text = `${url} answers ${status}: ${meaning(status)}`;
        throw status >= 500 || status === 429 ? new RetryableError(text) : new Error(text);
      }
      if (response.headers.get('content-type')?.startsWith('text/html'))
        throw new Error(`${url} answers with a web page, not with the file: check the mirror`);
      const range = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
      // A browser hides Content-Range where the server does not expose it: 206 then is taken at its word.
      const start = status === 206 ? Number(range ?? from) : 0;
      if (start !== from && start !== 0) {
        await response.body?.cancel();
        throw new Error(`${url} gives bytes from ${start}, asked were ${from}: set another mirror`);
      }
      return { start, body: response.body ?? new Blob([]).stream() };
    },
  };
}

/** @param files by path within the checkpoint. */
export function folderTransport(files: ReadonlyMap<string, Blob>): Transport {
  return {
    origin: 'folder',
    read(file, from) {
      const blob = files.get(file.path);
      if (!blob) return Promise.reject(new Error(`the folder has no ${file.path}`));
      return Promise.resolve({ start: from, body: blob.slice(from).stream() });
    },
  };
}
