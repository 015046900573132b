import { describe, expect, test } from 'vitest';
import { fixture } from '../../test/fixtures/fixture.ts';
import { ParquetSource } from './parquetSource.ts';
import { parquetFile, type Column } from './parquetTable.ts';
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
