import { expect, test } from 'vitest';
import { fixture } from '../../test/fixtures/fixture.ts';
import type { Bundle, Demonstration } from './demonstration.ts';
import { writeLerobot } from './lerobotWriter.ts';
import { openBundle } from './openBundle.ts';

const original = () => openBundle(new Blob([fixture('rlbench_variations.zip')]), 'a.zip');
const reopened = async (bundle: Bundle) => openBundle(new Blob([await writeLerobot(bundle)]), 'b.zip');

test('what is written reads back equal, numbers to float32', async () => {
  const bundle = await original();
  bundle.demonstrations[2].cameras.front.extrinsics![3] = 1.5;
  const read = await reopened(bundle);
  expect(read).toMatchObject({ format: 'lerobot', remarks: [] });
  const rounded = (demo: Demonstration) => ({
    ...demo,
    gripperPose: [...demo.gripperPose].map(Math.fround),
    gripperOpen: [...demo.gripperOpen],
    jointPositions: [...demo.jointPositions!].map(Math.fround),
    jointVelocities: [...demo.jointVelocities!].map(Math.fround),
  });
  expect(read.demonstrations.map(rounded)).toEqual(bundle.demonstrations.map(rounded));
  for (const { id, length, cameras } of bundle.demonstrations)
    for (const camera of Object.keys(cameras))
      for (let frame = 0; frame < length; frame++)
        expect(await read.frames.read(id, camera, frame)).toEqual(
          await bundle.frames.read(id, camera, frame),
        );
});

test('the same bundle gives the same bytes', async () => {
  const bundle = await original();
  expect(Buffer.compare(await writeLerobot(bundle), await writeLerobot(bundle))).toBe(0);
});

test('joint velocities that one demonstration lacks are left out, and derived when read', async () => {
  const bundle = await original();
  const recorded = bundle.demonstrations[0].jointVelocities;
  bundle.demonstrations[1].jointVelocities = null;
  const read = await reopened(bundle);
  expect(read.remarks.join()).toContain('differences of the joint positions stand for them');
  expect(read.demonstrations[0].jointVelocities).toHaveLength(recorded!.length);
  expect(read.demonstrations[0].jointVelocities).not.toEqual(recorded);
});

test('no demonstration, or mixed frame rates and sizes, cannot be written', async () => {
  const bundle = await original();
  await expect(writeLerobot({ ...bundle, demonstrations: [] })).rejects.toThrow('no demonstration to write');
  bundle.demonstrations[0].fps = 30;
  await expect(writeLerobot(bundle)).rejects.toThrow('at 30 and 20 frames a second');
  bundle.demonstrations[0].fps = 20;
  bundle.demonstrations[0].cameras.front.width = 16;
  await expect(writeLerobot(bundle)).rejects.toThrow('camera front has pictures of 16x8 and 8x8');
});
