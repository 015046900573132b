/** Demonstrations, and files of questions, that a reader opened or recorded, kept in this browser so that a reload finds them. */
import { createStore, del, entries, get, keys, set } from 'idb-keyval';
import type { Demonstration, EncodedImage } from '../../demos/demonstration.ts';
import type { GivenFile } from '../../demos/fileTree.ts';
import type { StateMapping } from '../../demos/stateMapping.ts';
import type { Recorded } from '../../simulator/bundle.ts';
import { bytes as inBytes } from '../words.ts';
import { LARGEST_KEPT } from './kept.ts';

export interface KeptFiles {
  name: string;
  files: GivenFile[];
  mapping?: StateMapping;
}

export interface KeptRecording {
  name: string;
  recorded: Recorded;
}

export interface KeptSummary {
  /** Notebook and cell: "<id>/<id>". */
  place: string;
  name: string;
  bytes: number;
}

/** As it lies in the store: all pictures one after another, so that a list of what is kept need not read them. */
interface StoredRecording {
  name: string;
  recording: {
    demonstrations: Demonstration[];
    dropped: number[];
    /** By demonstration, in the order of its frames. */
    pictures: { id: string; mime: EncodedImage['mime']; sizes: number[] }[];
    data: Blob;
  };
}

type Stored = KeptFiles | StoredRecording;

const store = createStore('robot-r1-demonstrations', 'files');

/** @returns bytes kept. @throws Error saying why they cannot be kept; then what was kept before stays. */
export function keepFiles(place: string, { name, files, mapping }: KeptFiles): Promise<number> {
  const plain = files.map(({ path, blob }) => ({ path, blob }));
  return keep(place, mapping ? { name, files: plain, mapping } : { name, files: plain });
}

/** @returns and @throws as keepFiles. */
export function keepRecording(
  place: string,
  { name, recorded: { demonstrations, pictures, dropped } }: KeptRecording,
): Promise<number> {
  const all = [...pictures].map(([id, images]) => ({ id, images }));
  return keep(place, {
    name,
    recording: {
      demonstrations,
      dropped,
      pictures: all.map(({ id, images }) => ({
        id,
        mime: images[0].mime,
        sizes: images.map((image) => image.bytes.length),
      })),
      data: new Blob(all.flatMap(({ images }) => images.map((image) => image.bytes as BlobPart))),
    },
  });
}

async function keep(place: string, stored: Stored): Promise<number> {
  const size = sizeOf(stored);
  if (size > LARGEST_KEPT)
    throw new Error(`${inBytes(size)}, and a cell keeps ${inBytes(LARGEST_KEPT)} at most`);
  try {
    await set(place, stored, store);
  } catch (error) {
    if ((error as Error | null)?.name !== 'QuotaExceededError') throw error;
    throw new Error(
      `the browser grants no more storage for ${inBytes(size)}: delete what you need no longer under “What this browser keeps” in a Runs cell, then open or record it again`,
      { cause: error },
    );
  }
  return size;
}

export async function keptAt(
  place: string,
): Promise<{ bytes: number; files: KeptFiles } | { bytes: number; recording: KeptRecording } | null> {
  const stored = await get<Stored>(place, store);
  if (!stored) return null;
  const bytes = sizeOf(stored);
  if ('files' in stored) return { bytes, files: stored };
  return { bytes, recording: { name: stored.name, recorded: await unpacked(stored.recording) } };
}

async function unpacked({
  demonstrations,
  dropped,
  pictures,
  data,
}: StoredRecording['recording']): Promise<Recorded> {
  const whole = new Uint8Array(await data.arrayBuffer());
  let at = 0;
  const images = pictures.map(({ id, mime, sizes }): [string, EncodedImage[]] => [
    id,
    sizes.map((size) => ({ mime, bytes: whole.subarray(at, (at += size)) })),
  ]);
  return { demonstrations, dropped, pictures: new Map(images) };
}

/** What is kept at one place, or at all places of a notebook, is kept at another too. @throws as keepFiles. */
export async function copyKept(from: string, to: string): Promise<void> {
  for (const [place, stored] of await entries<string, Stored>(store))
    if (place === from || place.startsWith(`${from}/`)) await keep(to + place.slice(from.length), stored);
}

export function dropKept(place: string): Promise<void> {
  return del(place, store);
}

/** Largest first. */
export async function listKept(): Promise<KeptSummary[]> {
  const all = (await entries<string, Stored>(store)).map(([place, stored]) => ({
    place,
    name: stored.name,
    bytes: sizeOf(stored),
  }));
  return all.sort((a, b) => b.bytes - a.bytes);
}

/** Drops those of notebooks that are no more. */
export async function sweepKept(notebooks: readonly string[]): Promise<void> {
  for (const place of await keys<string>(store))
    if (!notebooks.includes(place.split('/')[0])) await del(place, store);
}

/** Of a recording its pictures: the numbers beside them are small. */
function sizeOf(stored: Stored): number {
  return 'files' in stored
    ? stored.files.reduce((sum, { blob }) => sum + blob.size, 0)
    : stored.recording.data.size;
}
