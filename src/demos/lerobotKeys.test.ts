/** Datasets whose features are named otherwise than LeRobot's own recorder names them. */
import { expect, test } from 'vitest';
import { fixture, unzipped } from '../../test/fixtures/fixture.ts';
import { openFiles } from './openBundle.ts';
import { parquetFile, type Column } from './parquetTable.ts';
import type { MappingNeeded, StateMapping } from './stateMapping.ts';

const FRAMES = 4;
const frames = Array.from({ length: FRAMES }, (_, i) => i);
const json = (value: unknown) => new Blob([JSON.stringify(value)]);

interface Vector {
  width: number;
  names: unknown;
}

/** One episode of version 2.1; the vectors' numbers are frame + element / 10. */
async function dataset(vectors: Record<string, Vector>, cameras: string[]) {
  const layers = await unzipped(fixture('rlbench_layers.zip'));
  const pngs = Object.keys(layers).filter((path) => path.endsWith('_rgb/0.png'));
  const pictures = pngs.map((path) => layers[path]);
  const columns: Column[] = [
    ...Object.entries(vectors).map(([name, { width }]): Column => {
      const rows = frames.map((i) => Array.from({ length: width }, (_, j) => i + j / 10));
      return { name, kind: 'floats', rows };
    }),
    ...cameras.map((name, k): Column => {
      return { name, kind: 'picture', rows: frames.map(() => ({ bytes: pictures[k], path: 'a.png' })) };
    }),
    ...['frame_index', 'index'].map((name): Column => ({ name, kind: 'int64', rows: frames })),
    { name: 'episode_index', kind: 'int64', rows: frames.map(() => 0) },
  ];
  const features = {
    ...Object.fromEntries(
      Object.entries(vectors).map(([name, { width, names }]) => [
        name,
        { dtype: 'float32', shape: [width], names },
      ]),
    ),
    ...Object.fromEntries(cameras.map((name) => [name, { dtype: 'image', shape: [8, 8, 3] }])),
  };
  const file = parquetFile(columns, { rowGroups: [FRAMES] });
  const given = [
    { path: 'meta/info.json', blob: json({ codebase_version: 'v2.1', fps: 10, features }) },
    { path: 'meta/episodes.jsonl', blob: json({ episode_index: 0, tasks: ['Push'], length: FRAMES }) },
    {
      path: 'data/chunk-000/episode_000000.parquet',
      blob: new Blob([file]),
    },
  ];
  const open = (mapping?: StateMapping) => openFiles(given, 'given', { mapping });
  return { open, pictures };
}

test("image, wrist_image and state at the top, as openpi's datasets have them", async () => {
  const { open, pictures } = await dataset(
    { state: { width: 8, names: ['state'] }, actions: { width: 7, names: ['actions'] } },
    ['image', 'wrist_image'],
  );
  const error = (await open().catch((e: unknown) => e)) as MappingNeeded;
  expect(error.name).toBe('MappingNeeded');
  expect(error.offer.features.map(({ name }) => name)).toEqual(['state']);
  expect(error.offer.guess).toContain('the 8 numbers of state');
  const { demonstrations, frames: store } = await open(error.offer.mapping as StateMapping);
  expect(Object.keys(demonstrations[0].cameras)).toEqual(['image', 'wrist_image']);
  expect(Array.from(demonstrations[0].gripperPose.subarray(7, 10), (x) => Number(x.toFixed(6)))).toEqual([
    1, 1.1, 1.2,
  ]);
  for (const [k, camera] of ['image', 'wrist_image'].entries())
    expect((await store.read('episode0', camera, 3)).bytes).toEqual(pictures[k]);
});

test("a single observation.image, as LeRobot's own pusht and xarm have it", async () => {
  const motors = Array.from({ length: 4 }, (_, i) => `motor_${i}`);
  const { open } = await dataset(
    { 'observation.state': { width: 4, names: { motors } }, action: { width: 4, names: { motors } } },
    ['observation.image'],
  );
  await expect(open()).rejects.toThrow(
    'names no end-effector position (x, y, z) among its features; it has observation.state [motor_0, motor_1, motor_2, motor_3]: choose',
  );
  const state = (...at: number[]) => ({ feature: 'observation.state', at });
  const { demonstrations } = await open({
    position: state(0, 1, 2),
    unit: 'cm',
    rotation: null,
    gripper: { ...state(3), form: 'grows as it closes' },
    jointPositions: null,
    jointVelocities: null,
  });
  expect(demonstrations[0].cameras).toMatchObject({ image: { width: 8, height: 8 } });
  expect(demonstrations[0].gripperPose[8]).toBeCloseTo(0.011, 7);
});
