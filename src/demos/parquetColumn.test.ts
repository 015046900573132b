import { parquetMetadata } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { describe, expect, test } from 'vitest';
import { fixture } from '../../test/fixtures/fixture.ts';
import { BundleError } from './bundleError.ts';
import { ParquetSource } from './parquetSource.ts';
import { seededRandom } from './random.ts';

const COLUMNS = ['number', 'text', 'vector', 'picture'];

async function readWhole(bytes: Uint8Array<ArrayBuffer>) {
  const source = await ParquetSource.open(new Blob([bytes]), 'a.parquet');
  return source.read(COLUMNS);
}

/** Where the pages lie, headers left out. */
function pagesOf(bytes: Uint8Array<ArrayBuffer>): { from: number; to: number }[] {
  const pages: { from: number; to: number }[] = [];
  const columns = parquetMetadata(bytes.buffer).row_groups.flatMap((group) => group.columns);
  for (const { meta_data: column } of columns) {
    const start = Number(column!.dictionary_page_offset ?? column!.data_page_offset);
    const reader = { view: new DataView(bytes.buffer), offset: start };
    while (reader.offset < start + Number(column!.total_compressed_size)) {
      const { crc, compressed_page_size } = parquetHeader(reader);
      expect(crc).toBeTypeOf('number');
      pages.push({ from: reader.offset, to: reader.offset + compressed_page_size });
      reader.offset += compressed_page_size;
    }
  }
  return pages;
}

describe.each(['page_checksums_v1.parquet', 'page_checksums_v2.parquet'])('%s', (name) => {
  test('reads as pyarrow wrote it', async () => {
    const { number, text, vector, picture } = await readWhole(fixture(name));
    expect(number).toEqual(Array.from({ length: 40 }, (_, k) => k / 7));
    expect(text).toEqual(Array.from({ length: 40 }, (_, k) => `row ${k % 3}`));
    expect(vector[39]).toEqual([39, -39]);
    expect(picture[26]).toEqual({ bytes: new Uint8Array(9).fill(26), path: '26.png' });
  });

  test('no bit of any page can change unnoticed', async () => {
    const good = fixture(name);
    const pages = pagesOf(good);
    expect(pages.length).toBeGreaterThan(8);
    const random = seededRandom(0, name);
    for (const { from, to } of pages) {
      if (from === to) continue;
      const bad = good.slice();
      bad[from + Math.floor(random() * (to - from))] ^= 1 << Math.floor(random() * 8);
      const refused = readWhole(bad);
      await expect(refused).rejects.toThrow(BundleError);
      await expect(refused).rejects.toThrow('a page differs from its checksum, it is damaged');
    }
  });
});

test('only the columns and row groups that are read are checked, and read again they are refused again', async () => {
  const bad = fixture('page_checksums_v1.parquet');
  const [first] = pagesOf(bad);
  bad[first.from] ^= 1;
  const source = await ParquetSource.open(new Blob([bad]), 'a.parquet');
  for (let k = 0; k < 2; k++)
    await expect(source.read(['number'], 0, 3)).rejects.toThrow('differs from its checksum');
  expect((await source.read(['number'], 30, 32)).number).toEqual([30 / 7, 31 / 7]);
  expect((await source.read(['text'], 0, 1)).text).toEqual(['row 0']);
});
