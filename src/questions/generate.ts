/** Questions from demonstrations: seeded, balanced over letters, each with its distractors. */
import { positionAt, type Demonstration, type Vec3 } from '../demos/demonstration.ts';
import { discoverKeypoints, sampleFrames } from '../demos/keypoints.ts';
import { seededRandom, shuffled } from '../demos/random.ts';
import { pointDistractors } from './distractors.ts';
import { byTask, momentsElsewhere, type AskedMoment, type MomentsByTask } from './elsewhere.ts';
import { movementOf, sayMovement, type Movement } from './movement.ts';
import { movementDistractors } from './movementDistractors.ts';
import { buildPrompt, statedPosition } from './prompt.ts';
import { shownCamera } from './shownCamera.ts';
import { settled, type SettledSettings } from './stateSpace.ts';
import {
  formatRounded,
  OPTION_LETTERS,
  type Kind,
  type OptionLetter,
  type Question,
  type QuestionSettings,
} from './question.ts';

/**
 * Questions of all demonstrations in their order, frame by frame, kind by kind. Same input, settings and seed
 * give the same questions on every machine.
 * @throws when the state space has no room for the distractors at the minimum distance, or a demonstration lacks the
 * camera asked for.
 */
export function makeQuestions(demos: Demonstration[], given: QuestionSettings): Question[] {
  const settings = settled(given, demos);
  const letters = new Map(settings.kinds.map((kind) => [kind, balancedLetters(settings, kind)]));
  const asked = demos.map((demo) => askedMoments(demo, settings));
  const pool =
    settings.difficulty === 'elsewhere' ? byTask(asked.map((of) => of.map(({ moment }) => moment))) : null;
  return asked
    .flat()
    .flatMap(({ moment, kinds }) =>
      kinds.map((kind) => makeQuestion(moment, kind, letters.get(kind)!.next().value, settings, pool)),
    );
}

/** The frames at which a demonstration is asked, and what. @throws when it lacks the camera asked for. */
export function askedMoments(
  demo: Demonstration,
  settings: QuestionSettings,
): { moment: AskedMoment; kinds: Kind[] }[] {
  checkCamera(demo, settings.camera);
  const asks = new Map(settings.kinds.map((kind) => [kind, evenly(demo.id, kind, settings)]));
  return sampleMoments(demo, settings).map((moment) => ({
    moment,
    kinds: settings.kinds.filter((kind) => asks.get(kind)!()),
  }));
}

/** The frames at which a demonstration is asked about. */
export function sampleMoments(demo: Demonstration, settings: QuestionSettings): AskedMoment[] {
  const keypoints = discoverKeypoints(demo, settings);
  return sampleFrames(demo.length, keypoints, settings.frame_interval).map((at) => ({
    ...at,
    demo,
    keypoints,
  }));
}

/** The task's description that a question uses, the first draw of its random numbers. */
export function describeTask(demo: Demonstration, random: () => number): string {
  return demo.descriptions[Math.floor(random() * demo.descriptions.length)];
}

function makeQuestion(
  moment: AskedMoment,
  kind: Kind,
  answer: OptionLetter,
  settings: SettledSettings,
  pool: MomentsByTask | null,
): Question {
  const { demo, frame, keypoint } = moment;
  const id = `${demo.id}/${frame}/${kind}`;
  const random = seededRandom(settings.seed, id);
  const state = positionAt(demo, frame);
  const target = positionAt(demo, keypoint);
  const description = describeTask(demo, random);
  const camera = shownCamera(demo, settings.camera);
  const elsewhere = pool ? momentsElsewhere(random, moment, pool) : undefined;
  const place = OPTION_LETTERS.indexOf(answer);
  let points: Vec3[] | null = null;
  let options: string[];
  if (kind === 'movement') {
    const right = movementAt(moment, settings);
    const others = elsewhere && mapped(elsewhere, (other) => movementAt(other, settings));
    const movements = movementDistractors(random, right, settings, others);
    movements.splice(place, 0, right);
    options = movements.map((m) => sayMovement(m, settings.viewpoint));
  } else {
    const right = kind === 'waypoint' ? target : state;
    const asksForState = kind === 'current_state';
    points = pointDistractors(random, right, { ...moment, asksForState, elsewhere }, settings);
    points.splice(place, 0, right);
    options = points.map((p) => formatRounded(p, settings.decimals));
  }
  const stated = statedPosition(
    kind,
    state,
    settings.state_in_movement_prompt,
    settings.state_in_waypoint_prompt,
  );
  return {
    id,
    kind,
    demonstration: demo.id,
    task: demo.task,
    frame,
    camera,
    prompt: buildPrompt(kind, description, options, stated, { ...settings, camera, scene: demo.scene }),
    options,
    points,
    answer,
    state,
    keypoint,
    target,
    ...(settings.viewpoint !== 'camera' && { viewpoint: settings.viewpoint }),
  };
}

/** "front" may be missing: the first camera there is then takes its place, and the prompt names it. */
function checkCamera(demo: Demonstration, camera: string) {
  const has = Object.keys(demo.cameras);
  if (camera !== 'front' && !has.includes(camera))
    throw new Error(
      `demonstration ${demo.id} has no camera ${camera}: choose ${has.join(' or ') || 'front'}`,
    );
}

/** Each block of as many as there are options holds every letter once, in random order. */
function* balancedLetters(settings: QuestionSettings, kind: Kind): Generator<OptionLetter, never> {
  const random = seededRandom(settings.seed, 'letters', kind);
  const letters = OPTION_LETTERS.slice(0, settings.option_count);
  for (;;) yield* shuffled(random, letters);
}

/** Says for each sampled frame in turn whether the kind is asked there: its share of them, evenly spread. */
function evenly(demonstration: string, kind: Kind, { kind_shares, seed }: QuestionSettings): () => boolean {
  const share = kind_shares[kind];
  const start = seededRandom(seed, 'share', demonstration, kind)();
  let frames = 0;
  return () => {
    const before = Math.floor(start + share * frames);
    frames++;
    return Math.floor(start + share * frames) > before;
  };
}

/** The movement from a frame to the keypoint that comes next. */
function movementAt({ demo, frame, keypoint }: AskedMoment, settings: QuestionSettings): Movement {
  const delta = difference(positionAt(demo, keypoint), positionAt(demo, frame));
  return movementOf(delta, settings.movement_deadband, settings.slightly_threshold);
}

function* mapped<T, U>(items: Iterable<T>, to: (item: T) => U): Generator<U> {
  for (const item of items) yield to(item);
}

function difference(a: Vec3, b: Vec3): Vec3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}
