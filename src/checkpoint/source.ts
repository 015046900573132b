/** Where a checkpoint's files come from. */

export interface CheckpointSource {
  /** Hub id, or a name of our own: what the page shows and adapters refer to. */
  name: string;
  /**
   * @param path as in the hub's layout, e.g. "onnx/vision_encoder_q4.onnx".
   * @param onProgress bytes so far, and of all where the server says.
   * @throws MissingFileError when there is none; Error naming the file when it cannot be had.
   */
  read(
    path: string,
    signal?: AbortSignal,
    onProgress?: (loaded: number, total: number | null) => void,
  ): Promise<Uint8Array>;
  /** All files, where that is known without asking for each. */
  paths?(): Promise<string[]>;
}

/** The checkpoint does not have it, as far as the server or the folder says. */
export class MissingFileError extends Error {
  override name = 'MissingFileError';
}

/** @param baseUrl a folder of the site, or a hub's "https://host/<id>/resolve/main/". */
export function httpSource(name: string, baseUrl: string): CheckpointSource {
  const base = baseUrl.endsWith('/') ? baseUrl : baseUrl + '/';
  return {
    name,
    async read(path, signal, onProgress) {
      const response = await fetch(base + path, { signal }).catch((error: unknown) => {
        signal?.throwIfAborted();
        throw new Error(`cannot reach ${base + path} of ${name}: ${String(error)}`);
      });
      // A static server with a fallback page answers 200 with HTML where a file is missing.
      const missing = response.headers.get('content-type')?.startsWith('text/html');
      if (!response.ok || missing) {
        const text = `${name} has no ${path} (${base + path}: ${missing ? 'a web page' : response.status})`;
        throw missing || response.status === 404 ? new MissingFileError(text) : new Error(text);
      }
      return collect(response, onProgress);
    },
  };
}

export async function readJson(
  source: CheckpointSource,
  path: string,
  signal?: AbortSignal,
): Promise<unknown> {
  const bytes = await source.read(path, signal);
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch (error) {
    throw new Error(`${path} of ${source.name} is no JSON: ${String(error)}`);
  }
}

async function collect(
  response: Response,
  onProgress?: (loaded: number, total: number | null) => void,
): Promise<Uint8Array> {
  if (!onProgress || !response.body) return new Uint8Array(await response.arrayBuffer());
  // A compressed body is longer when unpacked than its content-length says.
  const stated = response.headers.has('content-encoding') ? null : response.headers.get('content-length');
  const total = stated === null ? null : Number(stated);
  const parts: Uint8Array[] = [];
  let loaded = 0;
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    loaded += part.value.length;
    onProgress(loaded, total);
  }
  const bytes = new Uint8Array(loaded);
  parts.reduce((offset, part) => (bytes.set(part, offset), offset + part.length), 0);
  return bytes;
}
