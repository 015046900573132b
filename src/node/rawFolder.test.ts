import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openRawFolder } from './rawFolder.ts';

const RECORDING = {
  id: 'push_button/0',
  task: 'push_button',
  variation: 0,
  descriptions: ['push the button'],
  fps: 20,
  length: 2,
  gripperPose: [0.2, 0, 1.4, 0, 1, 0, 0, 0.25, 0.1, 1.3, 0, 1, 0, 0],
  gripperOpen: [1, 0],
  jointPositions: null,
  jointVelocities: null,
  cameras: { front: { width: 128, height: 128, intrinsics: null, extrinsics: null } },
};

async function folderWith(recording: unknown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'raw-'));
  await writeFile(
    join(folder, 'a.json'),
    typeof recording === 'string' ? recording : JSON.stringify(recording),
  );
  await mkdir(join(folder, 'a'));
  await writeFile(join(folder, 'a', '001.webp'), 'frame one');
  return folder;
}

test('reads a recording and the frames that exist', async () => {
  const bundle = await openRawFolder(await folderWith(RECORDING));
  const [demo] = bundle.demonstrations;
  expect(demo.gripperPose).toBeInstanceOf(Float64Array);
  expect(demo).toMatchObject({ id: 'push_button/0', length: 2, jointVelocities: null });
  const { bytes, mime } = await bundle.frames.read('push_button/0', 'front', 1);
  expect([new TextDecoder().decode(bytes), mime]).toEqual(['frame one', 'image/webp']);
  await expect(bundle.frames.read('push_button/0', 'front', 0)).rejects.toThrow(
    'no front picture of frame 0',
  );
});

test.each([
  ['not json', '{', 'a.json is not JSON'],
  [
    'too few poses',
    { ...RECORDING, gripperPose: [1, 2] },
    'gripperPose has 2 numbers, not 7 for each of 2 frames',
  ],
  [
    'poses of a camera for another number of frames',
    { ...RECORDING, cameras: { front: { ...RECORDING.cameras.front, extrinsics: Array(48).fill(0) } } },
    'camera front has 48 numbers as extrinsics, not 16, or 16 for each of 2 frames',
  ],
  ['no description', { ...RECORDING, descriptions: [] }, 'a.json: descriptions'],
])('names the file and the reason: %s', async (_, recording, message) => {
  await expect(openRawFolder(await folderWith(recording))).rejects.toThrow(message);
});

test('says when a folder holds no recordings', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'raw-'));
  await expect(openRawFolder(folder)).rejects.toThrow('holds no recordings');
});
