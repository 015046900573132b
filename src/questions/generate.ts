/** Questions from demonstrations: seeded, balanced over letters, each with three distractors. */
import { positionAt, type Demonstration, type Vec3 } from '../demos/demonstration.ts';
import { discoverKeypoints, sampleFrames } from '../demos/keypoints.ts';
import { seededRandom, shuffled, uniform, type Random } from '../demos/random.ts';
import { ALL_MOVEMENTS, describeMovement, movementOf } from './movement.ts';
import { buildPrompt, statedPosition } from './prompt.ts';
import {
  formatPosition,
  LETTERS,
  type Kind,
  type Letter,
  type Question,
  type QuestionSettings,
} from './question.ts';

const DRAWS = 1000;

/**
 * Questions of all demonstrations in their order, frame by frame, kind by kind. Same input, settings and seed
 * give the same questions on every machine.
 * @throws when the state space has no room for three distractors at the minimum distance.
 */
export function makeQuestions(demos: Demonstration[], settings: QuestionSettings): Question[] {
  const letters = new Map(settings.kinds.map((kind) => [kind, balancedLetters(settings.seed, kind)]));
  return demos.flatMap((demo) => {
    const keypoints = discoverKeypoints(demo, settings.stopping_delta);
    return sampleFrames(demo.length, keypoints, settings.frame_interval).flatMap(({ frame, keypoint }) =>
      settings.kinds.map((kind) => {
        const letter = letters.get(kind)!.next().value;
        return makeQuestion(demo, frame, keypoint, kind, letter, settings);
      }),
    );
  });
}

function makeQuestion(
  demo: Demonstration,
  frame: number,
  keypoint: number,
  kind: Kind,
  answer: Letter,
  settings: QuestionSettings,
): Question {
  const id = `${demo.id}/${frame}/${kind}`;
  const random = seededRandom(settings.seed, id);
  const state = positionAt(demo, frame);
  const target = positionAt(demo, keypoint);
  const description = demo.descriptions[Math.floor(random() * demo.descriptions.length)];
  const place = LETTERS.indexOf(answer);
  let points: Vec3[] | null = null;
  let options: string[];
  if (kind === 'movement') {
    const right = movementOf(
      difference(target, state),
      settings.movement_deadband,
      settings.slightly_threshold,
    );
    options = movementDistractors(random, describeMovement(right));
    options.splice(place, 0, describeMovement(right));
  } else {
    const right = kind === 'waypoint' ? target : state;
    points = pointDistractors(random, right, settings);
    points.splice(place, 0, right);
    options = points.map(formatPosition);
  }
  const stated = statedPosition(kind, state, settings.state_in_movement_prompt);
  return {
    id,
    kind,
    demonstration: demo.id,
    task: demo.task,
    frame,
    camera: 'front',
    prompt: buildPrompt(kind, description, options, stated),
    options,
    points,
    answer,
    state,
    keypoint,
    target,
  };
}

/** Uniform in the state space, every two options at least min_distance apart. */
function pointDistractors(random: Random, right: Vec3, settings: QuestionSettings): Vec3[] {
  const { low, high } = settings.state_space;
  const chosen: Vec3[] = [right];
  for (let draw = 0; chosen.length < 4; draw++) {
    if (draw === DRAWS) {
      throw new Error(
        `no room for three distractors ${settings.min_distance} m apart between ${formatPosition(low)} and ${formatPosition(high)}: lower min_distance or widen state_space`,
      );
    }
    const p = low.map((l, axis) => uniform(random, l, high[axis])) as Vec3;
    if (chosen.every((c) => Math.hypot(...difference(c, p)) >= settings.min_distance)) chosen.push(p);
  }
  return chosen.slice(1);
}

function movementDistractors(random: Random, right: string): string[] {
  return shuffled(
    random,
    ALL_MOVEMENTS.map(describeMovement).filter((m) => m !== right),
  ).slice(0, 3);
}

/** Each block of four holds every letter once, in random order. */
function* balancedLetters(seed: number, kind: Kind): Generator<Letter, never> {
  const random = seededRandom(seed, 'letters', kind);
  for (;;) yield* shuffled(random, LETTERS);
}

function difference(a: Vec3, b: Vec3): Vec3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}
