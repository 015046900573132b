/** A notebook's cells and settings in an address: #notebook=, then raw deflate of JSON in base64url. */
import type { KeptNotebook } from './kept.ts';
import { NOTEBOOK_VERSION } from './notebookMigrations.ts';
import { checkNotebook } from './notebookSchema.ts';

const KEY = 'notebook';
/** Characters of the address: what common chat and mail programs still carry whole. */
const LONGEST = 32_000;
/** Bytes of JSON: a short address can hold very long text. */
const LARGEST = 500_000;

/** @throws Error when the notebook is too long for an address. */
export async function notebookLink(
  { title, cells }: Pick<KeptNotebook, 'title' | 'cells'>,
  page: string,
): Promise<string> {
  const shared = cells.map(({ id, kind, folded, settings }) => ({ id, kind, folded, settings }));
  const json = new TextEncoder().encode(JSON.stringify({ version: NOTEBOOK_VERSION, title, cells: shared }));
  const packed = base64url(await piped(json, new CompressionStream('deflate-raw'), Infinity));
  if (packed.length > LONGEST || json.length > LARGEST)
    throw new Error(
      `the notebook is too long for a link (${packed.length} characters of ${LONGEST}): send it as a file`,
    );
  const address = new URL(page);
  [address.search, address.hash] = ['', `${KEY}=${packed}`];
  return address.href;
}

/** @param hash of the address, with its "#". */
export function holdsNotebook(hash: string): boolean {
  return hash.startsWith(`#${KEY}=`);
}

/**
 * The notebook of a link, every value checked; it has no results, and `changed` and `id` are to be given.
 * @throws Error of one line.
 */
export async function readNotebookLink(hash: string): Promise<Pick<KeptNotebook, 'title' | 'cells'>> {
  const packed = hash.slice(KEY.length + 2);
  if (packed.length > LONGEST)
    throw new Error(`the link is too long: ${packed.length} characters, at most ${LONGEST}`);
  let value: unknown;
  try {
    const json = await piped(unbase64url(packed), new DecompressionStream('deflate-raw'), LARGEST);
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new Error('the link is damaged: was it copied whole?', { cause: error });
  }
  const whole =
    typeof value === 'object' && value !== null
      ? { ...value, id: 'link', changed: new Date(0).toISOString() }
      : value;
  const { title, cells } = checkNotebook(whole, 'the link');
  return { title, cells: cells.map((cell) => ({ ...cell, results: undefined })) };
}

async function piped(
  bytes: Uint8Array<ArrayBuffer>,
  through: CompressionStream | DecompressionStream,
  largest: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(through).getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const part = read.value;
    size += part.length;
    if (size > largest) {
      await reader.cancel().catch(() => undefined);
      throw new RangeError(`the link unpacks to more than ${largest} bytes, so it is not read`);
    }
    parts.push(part);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function base64url(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function unbase64url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
