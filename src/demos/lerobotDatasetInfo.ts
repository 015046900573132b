/** What meta/info.json says of a LeRobot v3.0 dataset, and what its demonstrations must share for it. */
import { isMoving } from './camera.ts';
import type { Demonstration } from './demonstration.ts';
import { CHUNKS_SIZE, extrinsicsFeature, JOINTS, OWN_ROBOT, type JointColumn } from './lerobotColumns.ts';
import { partialCameras } from './partialCameras.ts';
import type { Scene } from './scene.ts';

const POSE_NAMES = ['x', 'y', 'z', 'qx', 'qy', 'qz', 'qw'];

/** Row and column of a 4x4. */
const MATRIX_NAMES = Array.from({ length: 16 }, (_, i) => `m${Math.floor(i / 4)}${i % 4}`);

export function sharedFps(demos: Demonstration[]): number {
  const rates = new Set(demos.map((demo) => demo.fps));
  if (rates.size !== 1)
    throw new Error(
      rates.size
        ? `demonstrations at ${[...rates].join(' and ')} frames a second do not fit one LeRobot dataset: write them apart`
        : 'no demonstration to write: record or load one first',
    );
  return demos[0].fps;
}

/** @throws Error when no camera is in all of them, or one has pictures of two sizes */
export function sharedCameras(demos: Demonstration[]): string[] {
  const partial = partialCameras(demos);
  const names = Object.keys(demos[0]?.cameras ?? {}).filter((name) => !partial.includes(name));
  if (partial.length && !names.length)
    throw new Error(
      `no camera is in all demonstrations, only ${partial.join(', ')} in some: write those with one camera apart`,
    );
  for (const name of names) {
    const sizes = new Set(demos.map(({ cameras }) => `${cameras[name].width}x${cameras[name].height}`));
    if (sizes.size > 1)
      throw new Error(
        `camera ${name} has pictures of ${[...sizes].join(' and ')}: write demonstrations of one size`,
      );
  }
  return names;
}

/** Cameras that move in some demonstration, and are calibrated in all. */
export function movingCameras(demos: Demonstration[], cameras: string[]): string[] {
  return cameras.filter(
    (name) =>
      demos.some((demo) => isMoving(demo.cameras[name])) &&
      demos.every((demo) => demo.cameras[name].extrinsics),
  );
}

/** What is known of the world of all of them; null: it is RLBench's. */
function sharedScene(demos: Demonstration[]): Scene | null {
  const [scene] = demos.flatMap((demo) => demo.scene ?? []);
  if (!scene) return null;
  const ofAll = <T>(key: keyof Scene, value: T) =>
    demos.every((demo) => demo.scene?.[key] === value) ? value : null;
  const { robot, frame, table } = scene;
  return {
    ...scene,
    robot: ofAll('robot', robot),
    frame: ofAll('frame', frame),
    table: ofAll('table', table),
  };
}

/** The file's content, as JSON. */
export function datasetInfo(
  demos: Demonstration[],
  opening: boolean,
  joints: JointColumn[],
  cameras: string[],
  moving: string[],
  fps: number,
  totalTasks: number,
  data_files_size_in_mb: number,
) {
  const scene = sharedScene(demos);
  const state = opening ? [...POSE_NAMES, 'gripper_open'] : POSE_NAMES;
  const vector = (names: string[]) => ({ dtype: 'float32', shape: [names.length], names });
  const scalar = (dtype: string) => ({ dtype, shape: [1], names: null });
  const jointNames = (key: JointColumn) => {
    const count = demos[0][key]!.length / demos[0].length;
    return Array.from({ length: count }, (_, i) => `joint_${i + 1}`);
  };
  return {
    codebase_version: 'v3.0',
    robot_type: scene ? (scene.robot ?? 'unknown') : OWN_ROBOT,
    total_episodes: demos.length,
    total_frames: demos.reduce((sum, demo) => sum + demo.length, 0),
    total_tasks: totalTasks,
    chunks_size: CHUNKS_SIZE,
    data_files_size_in_mb,
    video_files_size_in_mb: 200,
    fps,
    splits: { train: `0:${demos.length}` },
    data_path: 'data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet',
    video_path: null,
    features: {
      'observation.state': { ...vector(state), ...(scene && { info: { scene } }) },
      ...Object.fromEntries(joints.map((key) => [JOINTS[key], vector(jointNames(key))])),
      ...Object.fromEntries(moving.map((name) => [extrinsicsFeature(name), vector(MATRIX_NAMES)])),
      action: vector(state),
      ...Object.fromEntries(
        cameras.map((name) => [`observation.images.${name}`, imageFeature(demos, name, moving)]),
      ),
      timestamp: scalar('float32'),
      frame_index: scalar('int64'),
      episode_index: scalar('int64'),
      index: scalar('int64'),
      task_index: scalar('int64'),
    },
  };
}

function imageFeature(demos: Demonstration[], name: string, moving: string[]) {
  const calibration = ({ cameras }: Demonstration) => {
    const { intrinsics, extrinsics } = cameras[name];
    if (moving.includes(name)) return { intrinsics, extrinsics: extrinsicsFeature(name) };
    return { intrinsics, extrinsics: isMoving(cameras[name]) ? null : extrinsics };
  };
  const { width, height } = demos[0].cameras[name];
  const shared = calibration(demos[0]);
  const differing = demos
    .map((demo, episode) => [String(episode), calibration(demo)] as const)
    .filter(([, own]) => JSON.stringify(own) !== JSON.stringify(shared));
  return {
    dtype: 'image',
    shape: [height, width, 3],
    names: ['height', 'width', 'channels'],
    info: { ...shared, ...(differing.length && { episodes: Object.fromEntries(differing) }) },
  };
}
