/** Which files a repository holds, how large they are and what their bytes must hash to, before any is downloaded. */
import * as v from 'valibot';
import { resolveUrl, treeUrl, type Repository } from './repository.ts';

export interface ListedFile {
  /** E.g. "onnx/vision_encoder_q4.onnx". */
  path: string;
  /** Bytes. */
  size: number;
  /** Lower-case hex, of files that the hub keeps as LFS objects. */
  sha256: string | null;
  /** Git's hash of a small file: SHA-1 over "blob <size>\0" and the bytes. */
  gitOid: string | null;
  /** Where neither hash is known: what the server says of when the file last changed (ETag or date). */
  version?: string | null;
}

const MAX_PAGES = 50;
const MAX_FILES = 5000;

const size = v.pipe(v.number(), v.integer(), v.minValue(0));
const treeSchema = v.array(
  v.object({
    type: v.string(),
    path: v.string(),
    size: v.optional(size, 0),
    oid: v.nullish(v.string()),
    lfs: v.nullish(v.object({ oid: v.string(), size })),
  }),
);

/** A path below the checkpoint's folder and nowhere else. */
export function isSafePath(path: string): boolean {
  return (
    path.length < 256 &&
    /^[\w.+-]+(\/[\w.+-]+)*$/.test(path) &&
    !path.split('/').some((part) => /^\.+$/.test(part))
  );
}

/**
 * @param wanted asked for one by one where a mirror has no list of files; names that are missing are left out.
 * @throws Error naming the address: no such repository, out of reach, no list; AbortError.
 */
export async function listFiles(
  repository: Repository,
  wanted: string[],
  signal?: AbortSignal,
): Promise<ListedFile[]> {
  const files: ListedFile[] = [];
  let next: string | null = treeUrl(repository);
  for (let page = 0; next !== null && files.length < MAX_FILES; page++) {
    if (page === MAX_PAGES) throw new Error(`${next} is page ${page} of a list without an end: set a mirror`);
    const response = await reach(next, { signal });
    if (response.status === 404 && files.length === 0) return askOneByOne(repository, wanted, signal);
    if (!response.ok) throw new Error(`${next} answers ${response.status}: ${meaning(response.status)}`);
    files.push(...(await readTree(response, next)));
    next = nextPage(response, repository.host);
  }
  return files;
}

async function readTree(response: Response, url: string): Promise<ListedFile[]> {
  const json: unknown = await response.json().catch(() => null);
  const result = v.safeParse(treeSchema, json);
  if (!result.success) throw new Error(`${url} is no list of files as a hub gives it`);
  return result.output
    .filter(({ type, path }) => type === 'file' && isSafePath(path))
    .map(({ path, size, oid, lfs }) => ({
      path,
      size: lfs?.size ?? size,
      sha256: lfs ? hex(lfs.oid.replace(/^sha256:/, ''), 64) : null,
      gitOid: lfs ? null : hex(oid, 40),
    }));
}

/** The hub gives a thousand at a time. Another host's page is not followed. */
function nextPage(response: Response, host: string): string | null {
  const link = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
  if (!link) return null;
  const url = new URL(link, host);
  return url.origin === new URL(host).origin ? url.href : null;
}

async function askOneByOne(
  repository: Repository,
  wanted: string[],
  signal?: AbortSignal,
): Promise<ListedFile[]> {
  const found: ListedFile[] = [];
  for (const path of wanted) {
    const file = await head(repository, path, signal);
    if (file) found.push(file);
  }
  if (found.length === 0)
    throw new Error(`${repository.host} has no checkpoint ${repository.id} (${repository.revision})`);
  return found;
}

async function head(repository: Repository, path: string, signal?: AbortSignal): Promise<ListedFile | null> {
  const url = resolveUrl(repository, path);
  const response = await reach(url, { method: 'HEAD', signal });
  // A static server with a fallback page answers 200 with HTML where a file is missing.
  if (response.status === 404 || response.headers.get('content-type')?.startsWith('text/html')) return null;
  if (!response.ok) throw new Error(`${url} answers ${response.status}: ${meaning(response.status)}`);
  const { headers } = response;
  const stated =
    headers.get('x-linked-size') ?? (headers.has('content-encoding') ? null : headers.get('content-length'));
  if (stated === null || !/^\d+$/.test(stated))
    throw new Error(`${url} does not say how large it is: use a mirror that sends Content-Length`);
  const etag = (headers.get('x-linked-etag') ?? headers.get('etag') ?? '').replace(/^W\/|"/g, '');
  const [sha256, gitOid] = [hex(etag, 64), hex(etag, 40)];
  const version = sha256 || gitOid ? null : etag || headers.get('last-modified');
  return { path, size: Number(stated), sha256, gitOid, version };
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  return fetch(url, init).catch((error: unknown) => {
    init.signal?.throwIfAborted();
    throw new Error(`cannot reach ${url}: ${String(error)}; check the connection or set a mirror`);
  });
}

export function meaning(status: number): string {
  if (status === 401 || status === 403) return 'it is private or gated, which needs an account';
  if (status === 404) return 'it is not there';
  if (status === 429) return 'too many requests, try again later';
  return status >= 500 ? 'the server fails, try again later' : 'it cannot be had';
}

function hex(text: string | null | undefined, length: number): string | null {
  return text && text.length === length && /^[0-9a-f]+$/i.test(text) ? text.toLowerCase() : null;
}
