/** Two demonstrations of one picture, made up to show what holds pictures. */
import type { Bundle, Camera, Demonstration, Layer, LayerName, Vec3 } from '../../demos/demonstration.ts';
import type { MappingOffer } from '../../demos/stateMapping.ts';
import { makeQuestions } from '../../questions/generate.ts';
import { DEFAULT_QUESTION_SETTINGS, type QuestionSettings } from '../../questions/question.ts';
import picture from '../lab/example.webp?inline';

const FRONT: Camera = {
  width: 224,
  height: 224,
  intrinsics: [-307.7175, 0, 112, 0, -307.7175, 112, 0, 0, 1],
  extrinsics: [0, -0.42262, -0.90631, 1.35, -1, 0, 0, 0, 0, 0.90631, -0.42262, 1.58, 0, 0, 0, 1],
  layers: ['depth', 'mask'],
};
const WRIST: Camera = { width: 224, height: 224, intrinsics: null, extrinsics: null };

const LENGTH = 41;
const CLOSES = 24;
const LAYER_SIZE = 28;

/** Down from `start` to `cup`, where the gripper closes, then up. */
function demonstration(episode: number, start: Vec3, cup: Vec3): Demonstration {
  const frames = Array.from({ length: LENGTH }, (_, i) => i);
  const at = (i: number): Vec3 => {
    const share = Math.min(1, i / CLOSES);
    const risen = Math.max(0, i - CLOSES) / (LENGTH - CLOSES);
    return start.map(
      (from, axis) => from + (cup[axis] - from) * share + (axis === 2 ? 0.3 * risen : 0),
    ) as Vec3;
  };
  return {
    id: `pick_up_cup/variation0/episode${episode}`,
    task: 'pick_up_cup',
    variation: 0,
    descriptions: ['pick up the red cup'],
    fps: 20,
    length: LENGTH,
    gripperPose: Float64Array.from(frames.flatMap((i) => [...at(i), 0, 1, 0, 0])),
    gripperOpen: Float64Array.from(frames, (i) => (i < CLOSES ? 1 : 0)),
    jointPositions: null,
    jointVelocities: null,
    cameras: { front: FRONT, wrist: WRIST },
  };
}

function layer(name: LayerName): Layer {
  const cells = Array.from({ length: LAYER_SIZE ** 2 }, (_, i) => [
    Math.floor(i / LAYER_SIZE),
    i % LAYER_SIZE,
  ]);
  const value = ([y, x]: number[]) =>
    name === 'depth'
      ? 0.8 + y / LAYER_SIZE
      : 1 + 2 * Math.floor((2 * y) / LAYER_SIZE) + Math.floor((2 * x) / LAYER_SIZE);
  return { width: LAYER_SIZE, height: LAYER_SIZE, values: Float32Array.from(cells, value) };
}

export const BUNDLE: Bundle = {
  name: 'made-up.zip',
  format: 'rlbench',
  demonstrations: [
    demonstration(0, [0.296, -0.068, 1.303], [0.068, -0.099, 0.962]),
    demonstration(1, [0.278, 0.008, 1.472], [0.31, 0.184, 0.962]),
  ],
  frames: {
    read: async () => ({
      bytes: new Uint8Array(await (await fetch(picture)).arrayBuffer()),
      mime: 'image/webp',
    }),
    readLayer: (_, __, ___, name) => Promise.resolve(layer(name)),
  },
  remarks: ['episode_1: no variation_descriptions.pkl, so its task names it'],
};
export const [DEMONSTRATION] = BUNDLE.demonstrations;

/** What cannot be read. */
const broken = (reason: string) => () => Promise.reject(new Error(reason));
const { frames } = BUNDLE;
export const DAMAGED: Bundle = {
  ...BUNDLE,
  frames: { ...frames, read: broken('front_rgb/12.png: damaged, 0 of 224 rows could be read') },
};
export const UNLAYERED: Bundle = {
  ...BUNDLE,
  frames: { ...frames, readLayer: broken('front_depth/12.png: not there') },
};

export const QUESTION_SETTINGS: QuestionSettings = { ...DEFAULT_QUESTION_SETTINGS, difficulty: 'random' };
export const QUESTIONS = makeQuestions(BUNDLE.demonstrations, QUESTION_SETTINGS);
/** Whose right answer the made-up responses give. */
export const QUESTION = QUESTIONS.find(({ answer }) => answer === 'B')!;

const FEATURES = [
  { name: 'observation.state', width: 8, labels: ['x', 'y', 'z', 'qx', 'qy', 'qz', 'qw', 'gripper'] },
  { name: 'action', width: 7, labels: [] },
];
const STATE_ROWS = [0, 1, 2].map((i) => [0.3 - i / 100, -0.07, 1.3 - i / 50, 0, 1, 0, 0, 1]);
const ACTION_ROWS = [0, 1, 2].map((i) => [-10, 0, -20, 0, 0, i / 10, 1]);
const OFFERED: Omit<MappingOffer, 'mapping' | 'guess'> = {
  features: FEATURES,
  rows: { 'observation.state': STATE_ROWS, action: ACTION_ROWS },
  frame: 'Positions are in the frame of the robot’s base, as far as the dataset tells.',
};

export const NAMED_COLUMNS: MappingOffer = {
  ...OFFERED,
  mapping: {
    position: { feature: 'observation.state', at: [0, 1, 2] },
    unit: 'm',
    rotation: { feature: 'observation.state', at: [3, 4, 5, 6], form: 'quaternion x, y, z, w' },
    gripper: { feature: 'observation.state', at: [7], form: 'openness, 0 to 1' },
  },
  guess: null,
};
export const GUESSED_COLUMNS: MappingOffer = {
  ...OFFERED,
  mapping: { position: { feature: 'action', at: [0, 1, 2] }, unit: 'cm' },
  guess: 'seven numbers without names',
};
