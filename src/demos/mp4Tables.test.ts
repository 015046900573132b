import { expect, test } from 'vitest';
import { fixture, unzipped } from '../../test/fixtures/fixture.ts';
import { BundleError } from './bundleError.ts';
import { checkMp4Tables } from './mp4Tables.ts';

const FILM = 'videos/observation.images.top/chunk-000/file-000.mp4';
const film = async (name: string) => (await unzipped(fixture(`lerobot_v3_${name}.zip`)))[FILM];
const check = (bytes: Uint8Array) => checkMp4Tables('a.mp4', new Blob([bytes as Uint8Array<ArrayBuffer>]));

/** Where the contents of a box begin. */
const inside = (bytes: Uint8Array, type: string) => Buffer.from(bytes).indexOf(type) + 4;

/** With the highest bit flipped of the byte at so many bytes into a box. */
async function flipped(type: string, at: number): Promise<Uint8Array> {
  const bytes = await film('h264');
  bytes[inside(bytes, type) + at] ^= 0x80;
  return bytes;
}

test.each(['h264', 'av1', 'mp4v'])('a film of %s passes, whole or cut behind its tables', async (name) => {
  const bytes = await film(name);
  await check(bytes);
  await check(bytes.subarray(0, bytes.length - 100));
});

test.each([
  ['stts', 4, 'stts has no room for 2147483649 entries'],
  ['stts', 8, 'more than 4194304 frames'],
  ['ctts', 8, 'times of 13 and 21474836'],
  ['stsz', 8, 'stsz has no room'],
  ['stsc', 4, 'stsc has no room'],
  ['stsc', 12, 'in one chunk'],
  ['stco', 4, 'stco has no room'],
  ['stss', 4, 'stss has no room'],
  ['stbl', -8, 'a box in minf is longer than it'],
])('a bit of %s that makes it endless is noticed', async (type, at, told) => {
  await expect(check(await flipped(type, at))).rejects.toThrow(told);
});

test('a film without tables, cut in them, or in fragments is refused', async () => {
  const bytes = await film('h264');
  await expect(check(bytes.subarray(0, 500))).rejects.toThrow('a.mp4: is no whole mp4');
  await expect(check(new Uint8Array(40))).rejects.toThrow('is no whole mp4');
  bytes.set(new TextEncoder().encode('mvex'), inside(bytes, 'udta') - 4);
  await expect(check(bytes)).rejects.toThrow('is a fragmented mp4: rewrite it by ffmpeg');
});

test('whichever bit is flipped, it passes or is refused by a BundleError', async () => {
  const bytes = await film('h264');
  const end = inside(bytes, 'mdat');
  let refused = 0;
  for (let bit = 0; bit < 8 * end; bit++) {
    bytes[bit >> 3] ^= 1 << (bit & 7);
    await check(bytes).catch((error: unknown) => {
      expect(error).toBeInstanceOf(BundleError);
      refused++;
    });
    bytes[bit >> 3] ^= 1 << (bit & 7);
  }
  expect(refused).toBeGreaterThan(1000);
});
