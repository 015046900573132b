import loadMujoco from '@mujoco/mujoco';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HOME } from '../../simulator/panda.ts';
import { sceneOf } from '../../simulator/scene.ts';
import { World } from '../../simulator/world.ts';
import { bodyPoses, emptyScene } from './kinematics.ts';
import { readModel, type Shape } from './mjcf.ts';
import { compose } from './transform.ts';

const model = emptyScene();
/** MuJoCo's group of geoms that are seen. */
const SEEN_GROUP = 2;

let world: World;
beforeAll(async () => {
  world = new World(await loadMujoco(), sceneOf({ name: 'look', assets: '', bodies: '' }));
  world.reset(HOME);
  world.refresh();
});
afterAll(() => world.delete());

/** Drawn geoms in the order of the MJCF with their body's pose, as readModel finds them. */
function drawn(): { shape: Shape; pose: readonly number[] }[] {
  const values = Object.fromEntries(HOME.map((q, i) => [`j${i + 1}`, q]));
  const poses = bodyPoses(model, { ...values, left_finger: 0.04, right_finger: 0.04 });
  return model.bodies.flatMap(({ shapes }, i) =>
    shapes.map((shape) => ({ shape, pose: compose(poses[i], shape.place) })),
  );
}

function seenByMujoco(): number[] {
  const groups = world.model.geom_group as Int32Array;
  return Array.from({ length: world.model.ngeom }, (_, geom) => geom).filter((g) => groups[g] === SEEN_GROUP);
}

test('every geom that MuJoCo shows is read, at its place and of its size', () => {
  const shapes = drawn();
  const geoms = seenByMujoco();
  expect(shapes.length).toBe(geoms.length);
  const sizes = world.model.geom_size as Float64Array;
  const places = world.data.geom_xpos as Float64Array;
  const turns = world.data.geom_xmat as Float64Array;
  geoms.forEach((geom, i) => {
    const { shape, pose } = shapes[i];
    // MuJoCo moves a mesh into its own centre of mass; its vertices are compared below.
    if (shape.kind === 'mesh') return;
    for (let k = 0; k < 3; k++) {
      expect(shape.size[k]).toBeCloseTo(sizes[3 * geom + k], 9);
      expect(pose[4 * k + 3]).toBeCloseTo(places[3 * geom + k], 9);
      expect(pose[4 * k + 2]).toBeCloseTo(turns[9 * geom + 3 * k + 2], 9);
    }
  });
});

test('the vertices of meshes lie where MuJoCo has them', () => {
  const shapes = drawn();
  const { mesh_vert, mesh_vertadr, mesh_vertnum, geom_dataid } = world.model as unknown as Record<
    string,
    Float32Array
  >;
  const places = world.data.geom_xpos as Float64Array;
  const turns = world.data.geom_xmat as Float64Array;
  const meshes = seenByMujoco().flatMap((geom, i) => (shapes[i].shape.kind === 'mesh' ? [{ geom, i }] : []));
  expect(meshes.length).toBeGreaterThan(5);
  for (const { geom, i } of meshes) {
    const { shape, pose } = shapes[i];
    const { vertices } = model.meshes[shape.mesh];
    const first = mesh_vertadr[geom_dataid[geom]];
    expect(vertices.length / 3).toBe(mesh_vertnum[geom_dataid[geom]]);
    for (const v of [0, 5, vertices.length / 3 - 1]) {
      for (let row = 0; row < 3; row++) {
        const ours = [0, 1, 2].reduce(
          (sum, k) => sum + pose[4 * row + k] * vertices[3 * v + k],
          pose[4 * row + 3],
        );
        const theirs = [0, 1, 2].reduce(
          (sum, k) => sum + turns[9 * geom + 3 * row + k] * mesh_vert[3 * (first + v) + k],
          places[3 * geom + row],
        );
        expect(ours).toBeCloseTo(theirs, 5);
      }
    }
  }
});

test('a geom that cannot be drawn is named', () => {
  const mjcf = sceneOf({
    name: 'look',
    assets: '',
    bodies: '<geom class="visual" type="plane" size="1 1 1"/>',
  });
  expect(() => readModel(mjcf)).toThrow('a geom of type "plane" cannot be drawn');
});
