import { expect, test } from 'vitest';
import { recordedBundle } from './bundle.ts';
import { Studio } from './recording.ts';
import type { RecordOptions, Recording, SeedRequest } from './recording.ts';

/** Its expert fails on the seeds that it is given. */
class ClumsyStudio extends Studio {
  private readonly failing: readonly number[];

  constructor(failing: readonly number[]) {
    super(null as never);
    this.failing = failing;
  }

  override recordSeed({ seed }: SeedRequest, { onProgress }: RecordOptions = {}): Promise<Recording | null> {
    onProgress?.({ done: 0, total: 1, what: `seed ${seed}`, dropped: 0 });
    const recording = { demonstration: {}, objects: {}, seed, frames: new Map() } as unknown as Recording;
    return Promise.resolve(this.failing.includes(seed) ? null : recording);
  }
}

test('seeds on which the expert fails are passed over, told and counted', async () => {
  const [seeds, dropped, counts]: [number[], number[], number[]] = [[], [], []];
  const recordings = new ClumsyStudio([1, 2]).record(
    { task: 'push_button', count: 3, seed: 0 },
    { onDropped: (seed) => dropped.push(seed), onProgress: (progress) => counts.push(progress.dropped) },
  );
  for await (const { seed } of recordings) seeds.push(seed);
  expect(seeds).toEqual([0, 3, 4]);
  expect(dropped).toEqual([1, 2]);
  expect(counts).toEqual([0, 0, 1, 2, 2]);
});

test('an expert that fails ten times in a row ends the recording', async () => {
  const failing = Array.from({ length: 10 }, (_, i) => i);
  const recordings = new ClumsyStudio(failing).record({ task: 'push_button', count: 1, seed: 0 });
  await expect(recordings.next()).rejects.toThrow('failed on 10 seeds in a row, the last being 9');
});

test('a bundle remarks on the seeds that were passed over', () => {
  expect(recordedBundle('button', { demonstrations: [], pictures: new Map(), dropped: [] }).remarks).toEqual(
    [],
  );
  expect(
    recordedBundle('button', { demonstrations: [], pictures: new Map(), dropped: [4, 9] }).remarks,
  ).toEqual(['2 seeds were passed over because the expert failed: 4, 9.']);
});
