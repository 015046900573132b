/** Fetches a file of the site, or any other, and tells how far it is. */
import type { Progress } from './notebook.svelte.ts';

/**
 * @param what it is, as in "the sample demonstrations"
 * @throws Error naming the address when it cannot be had; AbortError.
 */
export async function download(
  url: string,
  what: string,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Blob> {
  const response = await fetch(url, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new Error(
      `cannot reach ${url} (${String(error)}): ${what} need the network once, from then on this browser keeps them. Connect and try again`,
    );
  });
  // A static server with a fallback page answers 200 with HTML where a file is missing.
  const type = response.headers.get('content-type') ?? '';
  if (!response.ok || !response.body || type.startsWith('text/html')) {
    throw new Error(`${url} is not on this server: build the site again, or open a zip of your own`);
  }
  const stated = response.headers.has('content-encoding') ? null : response.headers.get('content-length');
  const total = stated === null ? null : Number(stated);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let done = 0;
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    done += part.value.length;
    onProgress({ label: `Fetching ${what}`, done, total, unit: 'bytes' });
  }
  return new Blob(parts, { type });
}
