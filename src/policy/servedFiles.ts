/** Hands transformers.js the files of a checkpoint that we have read: it reaches for no network and keeps no copy. */
import { env, LogLevel } from '@huggingface/transformers';

/** By path within the checkpoint. */
export type Files = ReadonlyMap<string, Uint8Array>;

const served = new Map<string, Files>();
let count = 0;

/** While `load` runs, transformers.js finds the files under the id that it is given. */
export async function withServedFiles<T>(files: Files, load: (id: string) => Promise<T>): Promise<T> {
  confine();
  const id = `checkpoint/${count++}`;
  served.set(id, files);
  try {
    return await load(id);
  } finally {
    served.delete(id);
  }
}

/** Whatever it asks for is looked up in `served`, and is nowhere else. */
function confine(): void {
  Object.assign(env, {
    logLevel: LogLevel.ERROR,
    allowLocalModels: false,
    allowRemoteModels: true,
    useBrowserCache: false,
    useFSCache: false,
    useWasmCache: false,
    useCustomCache: true,
    customCache: { match: (url: string) => Promise.resolve(lookUp(url)), put: () => Promise.resolve() },
    fetch: () => Promise.resolve(new Response(null, { status: 404 })),
  });
}

/** @param url "https://huggingface.co/checkpoint/0/resolve/main/config.json". */
function lookUp(url: string): Response | undefined {
  const [, id, path] = /(checkpoint\/\d+)\/resolve\/main\/(.+)$/.exec(url) ?? [];
  const bytes = served.get(id)?.get(path);
  return bytes && new BytesResponse(bytes);
}

/** A response whose body is not copied: weights are large. */
class BytesResponse extends Response {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    super(null, { headers: { 'content-length': String(bytes.length) } });
    this.#bytes = bytes;
  }

  override arrayBuffer(): Promise<ArrayBuffer> {
    const { buffer, byteLength } = this.#bytes;
    const whole = byteLength === buffer.byteLength && buffer instanceof ArrayBuffer;
    return Promise.resolve(whole ? buffer : this.#bytes.slice().buffer);
  }
}
