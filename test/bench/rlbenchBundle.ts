/** Fifty episodes in RLBench's layout, made of the tabletop demonstrations: their states, five cameras of plain pictures. */
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter, configure } from '@zip.js/zip.js';
import type { Demonstration } from '../../src/demos/demonstration.ts';
import { encodePng } from '../../src/demos/png.ts';
import { Instance, NumpyArray, pickled, type Value } from './pickleWriter.ts';

const CAMERAS = ['left_shoulder', 'right_shoulder', 'overhead', 'wrist', 'front'];
const SIDE = 128;

export interface RlbenchBundle {
  zip: Uint8Array<ArrayBuffer>;
  episodes: number;
  frames: number;
  files: number;
}

/** Of these many demonstrations, the longest, in turn. */
const LONGEST = 12;

export async function rlbenchBundle(demos: Demonstration[], episodes: number): Promise<RlbenchBundle> {
  configure({ useWebWorkers: false });
  const zip = new ZipWriter(new Uint8ArrayWriter(), { level: 0 });
  const pictures = await Promise.all(CAMERAS.map((_, i) => picture(i)));
  let [frames, files] = [0, 0];
  const add = async (path: string, bytes: Uint8Array) => {
    await zip.add(path, new Uint8ArrayReader(bytes));
    files++;
  };
  const longest = demos.toSorted((a, b) => b.length - a.length).slice(0, LONGEST);
  for (const { task, descriptions } of new Map(longest.map((demo) => [demo.task, demo])).values())
    await add(`${task}/variation0/variation_descriptions.pkl`, pickled(descriptions));
  for (let episode = 0; episode < episodes; episode++) {
    const demo = longest[episode % longest.length];
    const folder = `${demo.task}/variation0/episodes/episode${episode}/`;
    await add(`${folder}low_dim_obs.pkl`, pickled(asPickled(demo)));
    for (const [i, camera] of CAMERAS.entries())
      for (let frame = 0; frame < demo.length; frame++)
        await add(`${folder}${camera}_rgb/${frame}.png`, pictures[i]);
    frames += demo.length;
  }
  return { zip: await zip.close(), episodes, frames, files };
}

export function asPickled(demo: Demonstration): Value {
  const joints = demo.jointPositions!.length / demo.length;
  const row = (values: Float64Array, i: number, width: number) =>
    new NumpyArray(values.subarray(i * width, (i + 1) * width), [width]);
  const { intrinsics, extrinsics } = demo.cameras.front;
  const misc: Record<string, Value> = {};
  for (const camera of CAMERAS) {
    misc[`${camera}_camera_intrinsics`] = new NumpyArray(intrinsics!, [3, 3]);
    misc[`${camera}_camera_extrinsics`] = new NumpyArray(extrinsics!, [4, 4]);
    misc[`${camera}_camera_near`] = 0.01;
    misc[`${camera}_camera_far`] = 4.5;
  }
  const observations = Array.from(
    { length: demo.length },
    (_, i) =>
      new Instance('rlbench.backend.observation', 'Observation', {
        gripper_pose: row(demo.gripperPose, i, 7),
        gripper_open: demo.gripperOpen![i],
        joint_positions: row(demo.jointPositions!, i, joints),
        joint_velocities: row(demo.jointVelocities!, i, joints),
        misc,
      }),
  );
  return new Instance('rlbench.demo', 'Demo', { _observations: observations });
}

function picture(seed: number): Promise<Uint8Array> {
  const values = Uint8Array.from({ length: 3 * SIDE * SIDE }, (_, i) => {
    const x = Math.floor(i / 3) % SIDE;
    return (x * (seed + 1) + 80 * (i % 3)) & 255;
  });
  return encodePng({ width: SIDE, height: SIDE, channels: 3, values });
}
