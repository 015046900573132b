/** The 3D drawing in a real browser: that it draws, and that it gives everything back. */
import { expect, test } from 'vitest';
import { PATIENCE, sourcesPage } from '../sourcesPage.ts';

const page = sourcesPage();

/** A demonstration, a drawing, and how many of its pixels are drawn on. */
const STAGE = `
  const { SceneDrawing } = await import('/src/notebook/scene/sceneDrawing.ts');
  const { sceneContent } = await import('/src/notebook/scene/content.ts');
  const { frontCamera } = await import('/src/simulator/camera.ts');
  const { HOME } = await import('/src/simulator/panda.ts');
  const tip = [0.2785, -0.0082, 1.472, 0, 0.9927, 0, 0.1209];
  const demonstration = {
    id: 'a', task: 'push_button', variation: 0, descriptions: ['push'], fps: 20, length: 3,
    gripperPose: Float64Array.from([0, 1, 2].flatMap((i) => [tip[0], tip[1] + 0.001 * i, ...tip.slice(2)])),
    gripperOpen: Float64Array.of(1, 1, 0), jointVelocities: null,
    jointPositions: Float64Array.from([...HOME, ...HOME, ...HOME]),
    cameras: { front: frontCamera(224) },
  };
  const { paletteOf } = await import('/src/notebook/scene/palette.ts');
  const palette = paletteOf(() => '#0072b2');
  const shown = { demonstration, keypoints: [2], camera: demonstration.cameras.front };
  const canvas = new OffscreenCanvas(96, 96);
  const drawing = new SceneDrawing(canvas);
  drawing.resize(96, 96, 1);
  const inks = async () => {
    drawing.draw();
    const picture = await createImageBitmap(canvas);
    const pen = new OffscreenCanvas(96, 96).getContext('2d');
    pen.drawImage(picture, 0, 0);
    return pen.getImageData(0, 0, 96, 96).data.filter((x, i) => i % 4 === 3 && x > 0).length;
  };
`;

const LIFE = `(async () => {${STAGE}
  const question = {
    id: 'a/0/movement', kind: 'movement', demonstration: 'a', task: 'push_button', frame: 0, camera: 'front', prompt: '',
    options: ['move up', 'move down', 'move left', 'slightly move right'], points: null, answer: 'A',
    state: tip.slice(0, 3), keypoint: 2, target: tip.slice(0, 3),
  };
  const named = [{ position: [0.2, 0.1, 0.8], label: 'target' }];
  drawing.look([0.5, -1.6, 1.5], [0.2, 0, 1]);
  const held = [];
  for (const content of [
    sceneContent(shown),
    sceneContent({ ...shown, question, right: 'A', named }),
    sceneContent(shown),
    sceneContent({ ...shown, question, right: 'A', named }),
  ]) {
    drawing.show(content, palette);
    drawing.pose(2);
    drawing.hang(await createImageBitmap(new ImageData(8, 8)));
    held.push({ arm: content.base !== null, inks: await inks(), ...drawing.memory() });
  }
  return { held, left: drawing.dispose() };
})()`;

const WORLDS = `(async () => {${STAGE}
  const gripperPose = demonstration.gripperPose.map((x, i) => x + ([-0.306, 0, -0.782][i % 7] ?? 0));
  const world = { robot: 'panda', frame: "ManiSkill's world frame", table: 0, position: 'p', gripper: 'g' };
  const drawn = async (changes) => {
    const foreign = { ...demonstration, gripperPose, scene: { ...world, ...changes } };
    const content = sceneContent({ demonstration: foreign, keypoints: [], camera: undefined });
    drawing.show(content, palette);
    drawing.pose(2);
    drawing.look([0.6, -1.8, 0.9], [-0.2, 0, 0.2]);
    return inks();
  };
  const found = {
    all: await drawn({}),
    table: await drawn({ robot: 'so100_follower' }),
    robot: await drawn({ table: null }),
    grid: await drawn({ robot: 'so100_follower', table: null }),
  };
  return { found, left: drawing.dispose() };
})()`;

interface Life {
  held: { arm: boolean; inks: number; geometries: number; textures: number }[];
  left: { geometries: number; textures: number };
}

interface Worlds {
  found: Record<'all' | 'table' | 'robot' | 'grid', number>;
  left: Life['left'];
}

test(
  'what is shown is drawn, what is replaced is given back, and in the end all of it',
  async () => {
    const { held, left } = await page().evaluate<Life>(LIFE);
    for (const { arm, inks } of held) {
      expect(arm).toBe(true);
      expect(inks).toBeGreaterThan(96 * 96 * 0.1);
    }
    const memory = held.map(({ geometries, textures }) => ({ geometries, textures }));
    expect(memory[1].geometries).toBeGreaterThan(memory[0].geometries);
    expect(memory[2]).toEqual(memory[0]);
    expect(memory[3]).toEqual(memory[1]);
    // One texture is three's own: a table for all standard materials, which goes with the context.
    expect(left).toEqual({ geometries: 0, textures: 1 });
  },
  PATIENCE,
);

test(
  'of another world its table and its Panda are drawn where they are known, else a marker over a grid',
  async () => {
    const { found, left } = await page().evaluate<Worlds>(WORLDS);
    // A still gripper's joints tell its base only where the world does, so that without it no robot is drawn.
    expect(found.robot).toBe(found.grid);
    expect(found.grid).toBeGreaterThan(0);
    expect(found.table).toBeGreaterThan(2 * found.grid);
    expect(found.all).toBeGreaterThan(found.table);
    expect(left).toEqual({ geometries: 0, textures: 1 });
  },
  PATIENCE,
);
