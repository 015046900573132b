import { expect, test } from 'vitest';
import { fixture, unzipped, zipped } from '../../test/fixtures/fixture.ts';
import { BundleError } from './bundleError.ts';
import { bytesWithin } from './bytesWithin.ts';
import { openBundle } from './openBundle.ts';

test('an offset that one flipped bit makes no number is refused, over which Node would end the process', async () => {
  const path = 'meta/episodes/chunk-000/file-000.parquet';
  const files = await unzipped(fixture('lerobot_v3_shared.zip'));
  // A list of five episodes, bit 4 of byte 1379 flipped: the offset of a column reads as NaN.
  files[path] = fixture('bad_offset.parquet');
  for (const level of [0, 6]) {
    const zip = new Blob([await zipped(files, level)]);
    const error: unknown = await openBundle(zip, 'a.zip').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(BundleError);
    expect((error as BundleError).message).toMatch(
      `${path}: is no parquet file that can be read (it names bytes`,
    );
  }
});

test('bytes of a blob by hostile offsets', async () => {
  const blob = new Blob([Uint8Array.of(1, 2, 3, 4)]);
  expect(new Uint8Array(await bytesWithin(blob, 1, 3))).toEqual(Uint8Array.of(2, 3));
  expect((await bytesWithin(blob, 4, 4)).byteLength).toBe(0);
  for (const [start, end] of [
    [NaN, 3],
    [0, NaN],
    [0.5, 3],
    [-1, 3],
    [3, 1],
    [0, 5],
    [2 ** 60, 2 ** 60 + 2],
    [-Infinity, 2],
  ])
    expect(() => bytesWithin(blob, start, end)).toThrow(`it names bytes ${start} to ${end} of 4`);
});
