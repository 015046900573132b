import 'fake-indexeddb/auto';
import { expect, test, vi } from 'vitest';
import type { Demonstration } from '../../demos/demonstration.ts';
import { recordedBundle, type Recorded } from '../../simulator/bundle.ts';
import { LARGEST_KEPT } from './kept.ts';
import {
  copyKept,
  dropKept,
  keepFiles,
  keepRecording,
  keptAt,
  listKept,
  sweepKept,
} from './keptDemonstrations.ts';

const file = (path: string, bytes: number) => ({ path, blob: new Blob([new Uint8Array(bytes)]) });

function demonstration(id: string, length: number): Demonstration {
  return {
    id,
    task: 'push_button',
    variation: 0,
    descriptions: ['push the button'],
    fps: 20,
    length,
    gripperPose: Float64Array.from({ length: 7 * length }, (_, i) => i / 3),
    gripperOpen: new Float64Array(length).fill(1),
    jointPositions: null,
    jointVelocities: null,
    cameras: { front: { width: 8, height: 8, intrinsics: null, extrinsics: null } },
  };
}

const picture = (...bytes: number[]) => ({ mime: 'image/webp' as const, bytes: Uint8Array.from(bytes) });

const RECORDED: Recorded = {
  demonstrations: [demonstration('a', 2), demonstration('b', 1)],
  pictures: new Map([
    ['a', [picture(1, 2, 3), picture(4)]],
    ['b', [picture(5, 6)]],
  ]),
  dropped: [7],
};

test('a recording is found again, number by number and picture by picture', async () => {
  expect(await keepRecording('one/demonstrations', { name: 'push button, seed 1', recorded: RECORDED })).toBe(
    6,
  );
  const kept = await keptAt('one/demonstrations');
  if (!kept || !('recording' in kept)) throw new Error('no recording');
  expect(kept.bytes).toBe(6);
  const { name, recorded } = kept.recording;
  expect(recorded.demonstrations).toEqual(RECORDED.demonstrations);
  const bundle = recordedBundle(name, recorded);
  expect(bundle.remarks).toEqual(recordedBundle(name, RECORDED).remarks);
  expect(await bundle.frames.read('a', 'front', 0)).toEqual(picture(1, 2, 3));
  expect(await bundle.frames.read('a', 'front', 1)).toEqual(picture(4));
  expect(await bundle.frames.read('b', 'front', 0)).toEqual(picture(5, 6));
  await dropKept('one/demonstrations');
  expect(await keptAt('one/demonstrations')).toBeNull();
});

test('files are found again, listed by their size, and swept with their notebook', async () => {
  await keepFiles('one/demonstrations', { name: 'small.zip', files: [file('small.zip', 10)] });
  await keepFiles('two/demonstrations', { name: 'folder', files: [file('a', 20), file('b', 5)] });
  expect(await listKept()).toEqual([
    { place: 'two/demonstrations', name: 'folder', bytes: 25 },
    { place: 'one/demonstrations', name: 'small.zip', bytes: 10 },
  ]);
  const kept = await keptAt('two/demonstrations');
  expect(kept && 'files' in kept && kept.files.files.map(({ path, blob }) => [path, blob.size])).toEqual([
    ['a', 20],
    ['b', 5],
  ]);
  await sweepKept(['two']);
  expect((await listKept()).map(({ name }) => name)).toEqual(['folder']);
});

test('a duplicate has what its model has, and goes on without it', async () => {
  await keepFiles('four/demonstrations', { name: 'mine.zip', files: [file('mine.zip', 10)] });
  await keepFiles('fourth/demonstrations', { name: 'not mine.zip', files: [file('not mine.zip', 10)] });
  await copyKept('four/demonstrations', 'four/demonstrations-2');
  await copyKept('four', 'five');
  await sweepKept(['five']);
  expect((await listKept()).map(({ place, name }) => `${place} ${name}`).sort()).toEqual([
    'five/demonstrations mine.zip',
    'five/demonstrations-2 mine.zip',
  ]);
  await sweepKept([]);
});

test('what is too large, or finds no room, says so and leaves what was kept before', async () => {
  await keepFiles('three/demonstrations', { name: 'first.zip', files: [file('first.zip', 10)] });
  const huge = { path: 'huge.zip', blob: { size: LARGEST_KEPT + 1 } as Blob };
  await expect(keepFiles('three/demonstrations', { name: 'huge.zip', files: [huge] })).rejects.toThrow(
    '536.9 MB, and a cell keeps 536.9 MB at most',
  );
  const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError');
  });
  await expect(
    keepFiles('three/demonstrations', { name: 'next.zip', files: [file('next.zip', 10)] }),
  ).rejects.toThrow('the browser grants no more storage for 10 B: delete what you need no longer');
  put.mockRestore();
  const kept = await keptAt('three/demonstrations');
  expect(kept && 'files' in kept && kept.files.name).toBe('first.zip');
});
