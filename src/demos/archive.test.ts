import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { zipped } from '../../test/fixtures/fixture.ts';
import { Archive, ARCHIVE_LIMITS } from './archive.ts';
import { BundleError } from './bundleError.ts';
import { seededRandom } from './random.ts';

const random = seededRandom('archive');
/** Deflate packs it, a little. */
const some = (length: number) => Uint8Array.from({ length }, () => Math.floor(200 * random()));
const open = async (zip: Uint8Array<ArrayBuffer>, unpackedBytes?: number) =>
  Archive.open(new Blob([zip]), 'z.zip', ARCHIVE_LIMITS, { unpackedBytes });
const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer());

describe('compressed files by random access', () => {
  const files = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [name, some(1000)]));

  test('of many, no more bytes are kept than the bound, and each reads whenever it is asked for', async () => {
    const archive = await open(await zipped(files, 6), 2500);
    const blobs = new Map<string, Blob>();
    for (const name of Object.keys(files)) blobs.set(name, await archive.blob(name));
    for (let round = 0; round < 2; round++)
      await Promise.all(
        [...blobs].map(async ([name, blob]) => {
          expect(blob.size).toBe(1000);
          expect(await bytesOf(blob.slice(100, -800).slice(50))).toEqual(files[name].subarray(150, 200));
          expect(archive.unpacked.bytes).toBeLessThanOrEqual(2500);
        }),
      );
    expect(archive.unpacked.bytes).toBe(2000);
    expect(await bytesOf(blobs.get('a')!)).toEqual(files.a);
    expect(new Uint8Array(await new Response(blobs.get('b')!.stream()).arrayBuffer())).toEqual(files.b);
  });

  test('one larger than the bound is refused with what to do, a stored one is read in place', async () => {
    const archive = await open(await zipped(files, 6), 999);
    await expect(archive.blob('a')).rejects.toThrow(
      'a: takes 1 MB of memory once it is unpacked, and 1 MB are left: zip it without compression, or unpack the zip and open the folder',
    );
    const stored = await open(await zipped(files, 0), 0);
    expect(await bytesOf(await stored.blob('a'))).toEqual(files.a);
    expect(stored.unpacked.bytes).toBe(0);
  });

  test('what must be read without waiting stays, and the next that does not fit beside it is refused', async () => {
    const archive = await open(await zipped(files, 6), 2500);
    const { read, size } = await archive.readNow('a');
    for (const name of ['b', 'c', 'd']) await archive.blob(name);
    const into = new Uint8Array(30);
    expect([size, read(990, into)]).toEqual([1000, 10]);
    expect(into.subarray(0, 10)).toEqual(files.a.subarray(990));
    await archive.readNow('b');
    await expect(archive.readNow('c')).rejects.toThrow('zip it without compression');
    expect(archive.unpacked.bytes).toBe(2000);
  });

  test('a damaged one is refused when it is opened', async () => {
    const zip = await zipped(files, 6);
    zip[200] ^= 1;
    const archive = await open(zip);
    await expect(archive.blob('a')).rejects.toThrow(BundleError);
    await expect(archive.blob('a')).rejects.toThrow('a: cannot be unpacked, it seems damaged');
    expect(await bytesOf(await archive.blob('b'))).toEqual(files.b);
  });
});

test('both headers of a file must say the same', async () => {
  const good = await zipped({ a: some(100) }, 6);
  const local = { flags: 6, method: 8, crc: 14, packed: 18, size: 22 };
  const view = (zip: Uint8Array) => new DataView(zip.buffer);
  const described = view(good).getUint16(6, true) & 8;
  for (const [field, at] of Object.entries(local)) {
    if (described && at > 8) continue;
    const bad = good.slice();
    bad[at] ^= field === 'flags' ? 8 : 1;
    await expect((await open(bad)).read('a', 1000), field).rejects.toThrow(/local header|neither deflate/);
  }
});

test("Windows' Deflate64 is unpacked by zip.js, other methods are named", async () => {
  const bytes = some(3000);
  const zip = await zipped({ first: some(10), a: bytes, last: some(10) }, 6);
  const method = (number: number) => {
    const out = zip.slice();
    const text = Buffer.from(out).toString('latin1');
    const [localAt, centralAt] = [
      text.indexOf('PK\x03\x04', 40),
      text.indexOf('PK\x01\x02', text.indexOf('PK\x01\x02') + 4),
    ];
    out[localAt + 8] = number;
    out[centralAt + 10] = number;
    return out;
  };
  // Without long repetitions both methods give the same bits.
  expect(deflateRawSync(bytes).length).toBeGreaterThan(2000);
  expect(await (await open(method(9))).read('a', 5000)).toEqual(bytes);
  await expect((await open(method(14))).read('a', 5000)).rejects.toThrow(
    'a: is packed by LZMA, which is not read here: zip it anew by deflate, or without compression',
  );
});
