/** The parquet tables of a LeRobot v3.0 dataset: frames, tasks, episodes with their statistics. */
import { poseAt } from './camera.ts';
import type { FeatureStats } from './columnStats.ts';
import type { Demonstration } from './demonstration.ts';
import type { Column, StoredPicture } from './parquetTable.ts';
import { PictureCounts } from './pictureStats.ts';

export const CHUNKS_SIZE = 1000;
/** The robot_type of datasets in RLBench's world. */
export const OWN_ROBOT = 'panda';

/** Columns of joints, written where every demonstration has them. */
export const JOINTS = {
  jointPositions: 'observation.joint_positions',
  jointVelocities: 'observation.joint_velocities',
} as const;
export type JointColumn = keyof typeof JOINTS;

export interface Episode {
  demo: Demonstration;
  index: number;
  taskIndex: number;
  /** Index of its first frame in the whole dataset. */
  from: number;
  pictures: Record<string, StoredPicture[]>;
  /** By camera. */
  counts: Record<string, PictureCounts>;
}

export const extrinsicsFeature = (camera: string) => `camera_extrinsics.${camera}`;

export function dataColumns(
  episodes: Episode[],
  opening: boolean,
  joints: JointColumn[],
  moving: string[],
  cameras: string[],
  fps: number,
): Column[] {
  const everyFrame = <T>(value: (episode: Episode, frame: number) => T): T[] =>
    episodes.flatMap((episode) =>
      Array.from({ length: episode.demo.length }, (_, frame) => value(episode, frame)),
    );
  return [
    {
      name: 'observation.state',
      kind: 'floats',
      rows: everyFrame(({ demo }, i) => stateAt(demo, i, opening)),
    },
    ...joints.map((key): Column => {
      const rows = everyFrame(({ demo }, i) => row(demo[key]!, demo.length, i));
      return { name: JOINTS[key], kind: 'floats', rows };
    }),
    ...moving.map((camera): Column => {
      const rows = everyFrame(({ demo }, i) => poseAt(demo.cameras[camera], i)!);
      return { name: extrinsicsFeature(camera), kind: 'floats', rows };
    }),
    {
      name: 'action',
      kind: 'floats',
      rows: everyFrame(({ demo }, i) => stateAt(demo, Math.min(i + 1, demo.length - 1), opening)),
    },
    ...cameras.map((camera): Column => {
      const rows = episodes.flatMap((episode) => episode.pictures[camera]);
      return { name: `observation.images.${camera}`, kind: 'picture', rows };
    }),
    { name: 'timestamp', kind: 'float', rows: everyFrame((_, i) => i / fps) },
    { name: 'frame_index', kind: 'int64', rows: everyFrame((_, i) => i) },
    { name: 'episode_index', kind: 'int64', rows: everyFrame((episode) => episode.index) },
    { name: 'index', kind: 'int64', rows: everyFrame((episode, i) => episode.from + i) },
    { name: 'task_index', kind: 'int64', rows: everyFrame((episode) => episode.taskIndex) },
  ];
}

function stateAt({ gripperPose, gripperOpen }: Demonstration, i: number, opening: boolean): number[] {
  return [...gripperPose.subarray(7 * i, 7 * i + 7), ...(opening ? [gripperOpen![i]] : [])];
}

function row(values: Float64Array, length: number, i: number): number[] {
  const width = values.length / length;
  return [...values.subarray(i * width, (i + 1) * width)];
}

export function taskColumns(tasks: string[]): Column[] {
  return [
    { name: 'task_index', kind: 'int64', rows: tasks.map((_, i) => i) },
    { name: 'task', kind: 'text', rows: tasks },
  ];
}

export function episodeColumns(files: Episode[][]): Column[] {
  const episodes = files.flatMap((file, index) => file.map((episode) => ({ ...episode, file: index })));
  const int64 = (name: string, value: (episode: (typeof episodes)[number]) => number): Column => ({
    name,
    kind: 'int64',
    rows: episodes.map(value),
  });
  return [
    int64('episode_index', (e) => e.index),
    { name: 'tasks', kind: 'texts', rows: episodes.map((e) => [e.demo.descriptions[0]]) },
    int64('length', (e) => e.demo.length),
    int64('data/chunk_index', (e) => Math.floor(e.file / CHUNKS_SIZE)),
    int64('data/file_index', (e) => e.file % CHUNKS_SIZE),
    int64('dataset_from_index', (e) => e.from),
    int64('dataset_to_index', (e) => e.from + e.demo.length),
    int64('meta/episodes/chunk_index', () => 0),
    int64('meta/episodes/file_index', () => 0),
    { name: 'demonstration/id', kind: 'text', rows: episodes.map((e) => e.demo.id) },
    { name: 'demonstration/task', kind: 'text', rows: episodes.map((e) => e.demo.task) },
    int64('demonstration/variation', (e) => e.demo.variation),
    { name: 'demonstration/descriptions', kind: 'texts', rows: episodes.map((e) => e.demo.descriptions) },
  ];
}

export function pictureStats(episodes: Episode[], cameras: string[]): Record<string, FeatureStats> {
  return Object.fromEntries(
    cameras.map((camera) => {
      const all = new PictureCounts();
      for (const { counts } of episodes) all.addAll(counts[camera]);
      return [`observation.images.${camera}`, all.describe()];
    }),
  );
}

/** stats/<feature>/<statistic>, a row an episode. */
export function statsColumns(episodes: Record<string, FeatureStats>[]): Column[] {
  return Object.entries(episodes[0]).flatMap(([feature, stats]) =>
    Object.keys(stats).map((statistic): Column => {
      const name = `stats/${feature}/${statistic}`;
      const rows = episodes.map((episode) => episode[feature][statistic]);
      if (statistic === 'count') return { name, kind: 'int64s', rows: rows as number[][] };
      return Array.isArray(rows[0][0])
        ? { name, kind: 'channels', rows: rows as number[][][][] }
        : { name, kind: 'doubles', rows: rows as number[][] };
    }),
  );
}
