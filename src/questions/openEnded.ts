/** The paper's open-ended form: no options, the position itself is the answer, rewarded by its distance (its table 9). */
import { positionAt, type CameraName, type Demonstration, type Vec3 } from '../demos/demonstration.ts';
import { seededRandom } from '../demos/random.ts';
import { askedMoments, describeTask } from './generate.ts';
import { promptHead, statedPosition } from './prompt.ts';
import { formatRounded, type Kind, type QuestionSettings } from './question.ts';
import { DEFAULT_REWARD_WEIGHTS, parseResponse } from './reward.ts';
import { shownCamera } from './shownCamera.ts';
import { FULL_LINES } from './wordings.ts';

/** A movement is words, so it has no open form. */
export type OpenKind = Exclude<Kind, 'movement'>;

export interface OpenQuestion {
  /** "<demonstration>/<frame>/<kind>/open". */
  id: string;
  kind: OpenKind;
  demonstration: string;
  task: string;
  frame: number;
  camera: CameraName;
  /** With one "<image>". */
  prompt: string;
  /** As the prompt would print it: "[x, y, z]". */
  answer: string;
  /** The answer itself, metres, world frame. */
  position: Vec3;
  state: Vec3;
  keypoint: number;
  target: Vec3;
}

/** What makeQuestions would ask, without options; its settings about options play no part. */
export function makeOpenQuestions(demos: Demonstration[], settings: QuestionSettings): OpenQuestion[] {
  return makeOpen(demos, settings, FULL_LINES.open_format).map(({ question }) => question);
}

/** @param format the last line: how to answer. */
export function makeOpen(demos: Demonstration[], settings: QuestionSettings, format: string) {
  return demos.flatMap((demo) =>
    askedMoments(demo, settings).flatMap(({ moment, kinds }) =>
      kinds
        .filter((kind) => kind !== 'movement')
        .map((kind) => {
          const { frame, keypoint } = moment;
          const camera = shownCamera(demo, settings.camera);
          const state = positionAt(demo, frame);
          const target = positionAt(demo, keypoint);
          const position = kind === 'waypoint' ? target : state;
          const random = seededRandom(settings.seed, `${demo.id}/${frame}/${kind}`);
          const stated = statedPosition(kind, state, false, settings.state_in_waypoint_prompt);
          const question: OpenQuestion = {
            id: `${demo.id}/${frame}/${kind}/open`,
            kind,
            demonstration: demo.id,
            task: demo.task,
            frame,
            camera,
            prompt: [
              ...promptHead(kind, describeTask(demo, random), stated, {
                ...settings,
                camera,
                scene: demo.scene,
              }),
              format,
            ].join('\n'),
            answer: formatRounded(position, settings.decimals),
            position,
            state,
            keypoint,
            target,
          };
          return { question, demo, moment };
        }),
    ),
  );
}

export interface OpenReward {
  format: 0 | 1;
  /** clip(1 - L1, 0, 1) with L1 in metres; 0 without a position. */
  accuracy: number;
  /** Weighted sum. */
  total: number;
}

/** Like scoreResponse, accuracy needs one answer block, which holds nothing but a position. */
export function scoreOpenResponse(
  text: string,
  position: Vec3,
  weights = DEFAULT_REWARD_WEIGHTS,
): OpenReward {
  const { wellFormed, answer } = parseResponse(text);
  const given = answer === null ? null : readPosition(answer);
  const format = wellFormed ? 1 : 0;
  const accuracy = given ? closeness(given, position) : 0;
  return { format, accuracy, total: weights.format * format + weights.accuracy * accuracy };
}

/** clip(1 - L1, 0, 1) of two positions in metres. */
export function closeness(a: Vec3, b: Vec3): number {
  const l1 = a.reduce((sum, v, axis) => sum + Math.abs(v - b[axis]), 0);
  return Math.min(1, Math.max(0, 1 - l1));
}

const NUMBER = String.raw`\s*(-?\d{1,9}(?:\.\d{1,20})?)\s*`;
const POSITION = new RegExp(String.raw`^\s*\[${NUMBER},${NUMBER},${NUMBER}\]\s*$`);

/** The "[x, y, z]" that a text is, and nothing else; null otherwise. */
export function readPosition(text: string): Vec3 | null {
  const found = POSITION.exec(text);
  return found ? [Number(found[1]) + 0, Number(found[2]) + 0, Number(found[3]) + 0] : null;
}
