import { parquetMetadata, parquetSchema } from 'hyparquet';
import { getTreePath } from 'hyparquet/src/schema.js';
import { describe, expect, test } from 'vitest';
import { fixture, unzipped, zipped } from '../../test/fixtures/fixture.ts';
import { BundleError } from './bundleError.ts';
import { bytesWithin } from './bytesWithin.ts';
import { openBundle } from './openBundle.ts';
import { ParquetSource } from './parquetSource.ts';
import { parquetFile, type Column } from './parquetTable.ts';
import { ParquetValues } from './parquetValues.ts';
import { PartBlob } from './partBlob.ts';
import { seededRandom } from './random.ts';

/** Remembers the most that was asked of it at once. */
class Watched extends PartBlob {
  constructor(
    private readonly whole: Uint8Array<ArrayBuffer>,
    private readonly seen = { most: 0 },
    from = 0,
    to = whole.length,
  ) {
    super(from, to);
  }
  get most(): number {
    return this.seen.most;
  }
  protected override part(from: number, to: number): Watched {
    return new Watched(this.whole, this.seen, from, to);
  }
  override arrayBuffer(): Promise<ArrayBuffer> {
    this.seen.most = Math.max(this.seen.most, this.size);
    return Promise.resolve(this.whole.slice(this.from, this.to).buffer);
  }
}

const open = (bytes: Uint8Array<ArrayBuffer>) => ParquetSource.open(new Blob([bytes]), 'a.parquet');

describe.each(['page_checksums_v1.parquet', 'page_checksums_v2.parquet'])('%s by runs of rows', (name) => {
  test('is what it is as a whole, in whatever order they are read', async () => {
    const whole = await (await open(fixture(name))).read(['number', 'text', 'vector', 'picture']);
    const source = await open(fixture(name));
    const random = seededRandom(0, name);
    for (let k = 0; k < 60; k++) {
      const start = Math.floor(random() * 40);
      const end = start + 1 + Math.floor(random() * (40 - start));
      const part = (column: string) => whole[column].slice(start, end);
      expect(await source.read(['text', 'vector'], start, end)).toEqual({
        text: part('text'),
        vector: part('vector'),
      });
      expect([...(await source.numbers('number', 1, start, end))]).toEqual(part('number'));
      expect([...(await source.numbers('vector', 2, start, end))]).toEqual(part('vector').flat());
      expect(await source.pictures('picture', start, end)).toEqual(
        part('picture').map((cell) => (cell as { bytes: unknown }).bytes),
      );
    }
  });
});

test('numbers: floats stay floats, nulls are NaN, other widths and other things are refused', async () => {
  const rows = 1000;
  const each = <T>(of: (i: number) => T) => Array.from({ length: rows }, (_, i) => of(i));
  const columns: Column[] = [
    { name: 'index', kind: 'int64', rows: each((i) => i) },
    { name: 'state', kind: 'floats', rows: each((i) => [i, i / 3, -i]) },
    { name: 'gaps', kind: 'doubles', rows: each((i) => (i === 700 ? [1, 2] : [i, i / 3, -i])) },
    { name: 'none', kind: 'doubles', rows: each((i) => (i === 400 ? null : [i])) },
    { name: 'task', kind: 'text', rows: each(() => 'reach') },
  ];
  const source = await open(parquetFile(columns, { rowGroups: [300, 300, 400] }));
  const state = await source.numbers('state', 3, 250, 650);
  expect(state).toBeInstanceOf(Float32Array);
  expect([...state]).toEqual(
    each((i) => [i, Math.fround(i / 3), -i])
      .slice(250, 650)
      .flat(),
  );
  expect(await source.numbers('index', 1, 600, 601)).toEqual(Float64Array.of(600));
  expect((await source.numbers('gaps', 3, 0, 700)).length).toBe(2100);
  await expect(source.numbers('gaps', 3)).rejects.toThrow(
    'a.parquet: row 700 has 2 numbers in gaps, not 3: export the dataset anew',
  );
  await expect(source.numbers('none')).rejects.toThrow('row 400 has 0 numbers in none, not 1');
  await expect(source.numbers('task')).rejects.toThrow('holds no numbers');
  await expect(source.numbers('nowhere')).rejects.toThrow('has no column nowhere, only index, state');
});

test('a column that ends before its rows do is refused, its numbers are not taken as 0', async () => {
  const bytes = parquetFile([{ name: 'index', kind: 'int64', rows: [5, 6, 7] }]);
  const metadata = parquetMetadata(bytes.buffer);
  const { type, codec, path_in_schema, ...column } = metadata.row_groups[0].columns[0].meta_data!;
  const start = Number(column.dictionary_page_offset ?? column.data_page_offset);
  const end = start + Number(column.total_compressed_size);
  const place = { type, codec, path_in_schema, start, end };
  const path = getTreePath(parquetSchema(metadata), path_in_schema);
  const values = new ParquetValues(new Blob([bytes]), place, path);
  const out = new Float64Array(4);
  await values.numbers(0, 3, 1, out);
  expect([...out]).toEqual([5, 6, 7, 0]);
  await expect(values.numbers(0, 4, 1, out)).rejects.toThrow('it has 3 rows where 4 are due');
});

test('of a large column no more is read at once than its pages', async () => {
  const rows = 40;
  const picture = (i: number) => ({ bytes: new Uint8Array(2 ** 20).fill(i), path: null });
  const bytes = parquetFile([
    { name: 'picture', kind: 'picture', rows: Array.from({ length: rows }, (_, i) => picture(i)) },
  ]);
  const blob = new Watched(bytes);
  const source = await ParquetSource.open(blob, 'a.parquet');
  const pictures = await source.pictures('picture', 5, 8);
  expect(pictures.map((found) => found![0])).toEqual([5, 6, 7]);
  expect(pictures[0]!.buffer.byteLength).toBe(2 ** 20);
  expect(bytes.length).toBeGreaterThan(rows * 2 ** 20);
  expect(blob.most).toBeLessThan(8 * 2 ** 20);
});

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
