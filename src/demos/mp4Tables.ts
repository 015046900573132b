/**
 * The tables of an mp4, checked before a demuxer takes them at their word: a count that one flipped bit makes a billion
 * keeps it busy for minutes. ISO/IEC 14496-12, 8.6 and 8.7.
 */
import { BundleError } from './bundleError.ts';

const MOST_MOOV_BYTES = 64 * 2 ** 20;
/** A day and a half at 30 frames a second. */
const MOST_SAMPLES = 2 ** 22;
const HEADER_BYTES = 16;
const CONTAINERS = new Set(['trak', 'mdia', 'minf', 'stbl', 'dinf', 'edts']);
/** Bytes before a table's entries, and of one entry. */
const TABLES: Record<string, [before: number, entry: number] | undefined> = {
  stts: [8, 8],
  ctts: [8, 8],
  stsc: [8, 12],
  stss: [8, 4],
  stco: [8, 4],
  co64: [8, 8],
  stsz: [12, 4],
};

interface Box {
  type: string;
  /** Of its contents. */
  start: number;
  end: number;
}

/** Of one track. */
interface Counted {
  /** Frames that have a time, another time to be shown at, a size. */
  timed: number;
  shifted: number;
  sized: number;
  /** Most frames in a chunk. */
  chunked: number;
}

/** @throws BundleError naming the file when it has no such tables, or they contradict each other or the file's size */
export async function checkMp4Tables(path: string, film: Blob): Promise<void> {
  const refuse = (what: string) => new BundleError(path, `${what}: export the dataset anew`);
  const moov = await moovOf(film);
  if (!moov) throw refuse('is no whole mp4, it has no list of its frames');
  if (moov.end - moov.start > MOST_MOOV_BYTES)
    throw refuse(`has a list of frames of ${Math.round((moov.end - moov.start) / 2 ** 20)} MB`);
  const view = new DataView(await film.slice(moov.start, moov.end).arrayBuffer());
  const boxes = boxesIn(view, 0, view.byteLength);
  if (boxes === null) throw refuse('has a damaged list of frames');
  if (boxes.some(({ type }) => type === 'mvex'))
    throw new BundleError(
      path,
      'is a fragmented mp4: rewrite it by ffmpeg -i IN -c copy -movflags faststart OUT',
    );
  for (const track of boxes.filter(({ type }) => type === 'trak')) {
    const counted: Counted = { timed: 0, shifted: 0, sized: 0, chunked: 0 };
    const wrong = problem(view, track, counted);
    if (wrong) throw refuse(`has a damaged list of frames (${wrong})`);
    const { timed, shifted, sized, chunked } = counted;
    if (timed !== sized || shifted > sized || chunked > sized)
      throw refuse(
        `has a damaged list of frames (times of ${timed} and ${shifted}, sizes of ${sized}, ${chunked} in one chunk)`,
      );
  }
}

/** Counts what is in a box. @returns what is wrong with it */
function problem(view: DataView, box: Box, counted: Counted): string | null {
  if (CONTAINERS.has(box.type)) {
    const inner = boxesIn(view, box.start, box.end);
    if (!inner) return `a box in ${box.type} is longer than it`;
    for (const each of inner) {
      const wrong = problem(view, each, counted);
      if (wrong) return wrong;
    }
    return null;
  }
  if (box.type === 'stz2') return 'stz2 is not supported';
  const table = TABLES[box.type];
  if (!table) return null;
  const [before, entry] = table;
  const size = box.end - box.start;
  if (size < before) return `${box.type} is cut short`;
  const count = view.getUint32(box.start + before - 4);
  const alike = box.type === 'stsz' && view.getUint32(box.start + 4) > 0;
  if (!alike && count * entry > size - before) return `${box.type} has no room for ${count} entries`;
  if (box.type === 'stsz') counted.sized += count;
  const at = (i: number) => box.start + before + i * entry;
  for (let i = 0; i < count; i++) {
    if (box.type === 'stts') counted.timed += view.getUint32(at(i));
    if (box.type === 'stsc') counted.chunked = Math.max(counted.chunked, view.getUint32(at(i) + 4));
    if (box.type === 'ctts') counted.shifted += view.getUint32(at(i));
  }
  return Math.max(counted.timed, counted.sized) > MOST_SAMPLES ? `more than ${MOST_SAMPLES} frames` : null;
}

/** The first; the boxes before it are skipped. */
async function moovOf(film: Blob): Promise<Box | null> {
  for (let start = 0; start + 8 <= film.size;) {
    const header = new DataView(await film.slice(start, start + HEADER_BYTES).arrayBuffer());
    const box = boxAt(header, 0, film.size - start);
    if (!box) return null;
    if (box.type === 'moov') return { ...box, start: start + box.start, end: start + box.end };
    start += box.end;
  }
  return null;
}

/** @returns null when one is longer than the space for it */
function boxesIn(view: DataView, start: number, end: number): Box[] | null {
  const boxes: Box[] = [];
  for (let at = start; at + 8 <= end;) {
    const box = boxAt(view, at, end);
    if (!box) return null;
    boxes.push(box);
    at = box.end;
  }
  return boxes;
}

function boxAt(view: DataView, at: number, end: number): Box | null {
  const short = view.getUint32(at);
  const long = short === 1 && at + HEADER_BYTES <= view.byteLength;
  const size = long ? Number(view.getBigUint64(at + 8)) : short;
  const header = long ? HEADER_BYTES : 8;
  if (size < header || at + size > end) return null;
  const type = String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at + 4, 4));
  return { type, start: at + header, end: at + size };
}
