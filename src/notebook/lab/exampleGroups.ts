/** Two groups for when no run is at hand. Their words and probabilities are invented; what the lab makes of them is not. */
import type { Bundle, Camera, Demonstration, Vec3 } from '../../demos/demonstration.ts';
import { buildPrompt } from '../../questions/prompt.ts';
import { formatPosition, type Question } from '../../questions/question.ts';
import { scoreResponse } from '../../questions/reward.ts';
import picture from './example.webp?inline';
import type { LabGroup, LabResponse } from './labGroup.ts';

const ORIGIN =
  'Made by hand: no model wrote these responses, and their probabilities are invented, as a second update on the same rollout might find them. All that is worked out from them is real.';

/** One frame of the sample demonstrations. */
const CAMERA: Camera = {
  width: 224,
  height: 224,
  intrinsics: [-307.7175, 0, 112, 0, -307.7175, 112, 0, 0, 1],
  extrinsics: [0, -0.42262, -0.90631, 1.35, -1, 0, 0, 0, 0, 0.90631, -0.42262, 1.58, 0, 0, 0, 1],
};
const STATE: Vec3 = [0.296, -0.068, 1.303];
const TARGET: Vec3 = [0.068, -0.099, 0.962];
const POINTS: Vec3[] = [[0.096, 0.184, 1.158], [0.428, -0.266, 1.227], [0.495, -0.254, 0.951], TARGET];
const OPTIONS = POINTS.map(formatPosition);

const DEMONSTRATION: Demonstration = {
  id: 'pick_up_cup, an example',
  task: 'pick_up_cup',
  variation: 0,
  descriptions: ['pick up the red cup'],
  fps: 20,
  length: 1,
  gripperPose: Float64Array.of(...STATE, 0, 1, 0, 0),
  gripperOpen: Float64Array.of(1),
  jointPositions: null,
  jointVelocities: null,
  cameras: { front: CAMERA },
};

const BUNDLE: Bundle = {
  name: 'example',
  format: 'simulator',
  demonstrations: [DEMONSTRATION],
  frames: {
    read: async () => ({
      bytes: new Uint8Array(await (await fetch(picture)).arrayBuffer()),
      mime: 'image/webp',
    }),
  },
  remarks: [],
};

const QUESTION: Question = {
  id: 'example',
  kind: 'waypoint',
  demonstration: DEMONSTRATION.id,
  task: DEMONSTRATION.task,
  frame: 0,
  camera: 'front',
  prompt: buildPrompt('waypoint', DEMONSTRATION.descriptions[0], OPTIONS, STATE),
  options: OPTIONS,
  points: POINTS,
  answer: 'D',
  state: STATE,
  keypoint: 1,
  target: TARGET,
};

/** A word and its probability in per cent: now, when it was sampled, and in the base model. */
const GROUNDED = response(`
  <think>:94/97/99 The:74/80/73 gripper:74/52/44 is:99/88/95 at:57/52/56 [0.296,:69/52/45
  -0.068,:61/63/64 1.303]:89/88/76 and:99/88/76 the:73/52/48 cup:99/93/78 at:68/52/40
  [0.068,:64/52/54 -0.099,:55/38/35 0.962].:56/44/36 It:94/71/69 goes:56/63/53 down:99/93/82
  to:38/38/34 the:47/31/32 cup.:55/63/72 </think>:98/99/99 <answer>:99/99/77 [[D]]:94/93/75
  </answer>:99/98/80`);
const TERSE = response(`
  <think>:91/99/76 The:44/38/44 cup:96/93/86 is:40/44/46 below.:99/93/71 </think>:99/98/86
  <answer>:91/97/93 [[D]]:88/71/59 </answer>:97/98/75`);
const CARELESS = response(`
  <think>:97/98/99 The:54/71/54 cup:51/52/55 is:49/71/55 at:59/63/57 [0.096,:18/22/18
  0.184,:75/93/82 1.158].:64/80/86 </think>:94/99/99 <answer>:95/98/89 [[A]]:89/80/91 </answer>:94/99/90`);
const WORDY = response(`
  <think>:93/99/99 The:15/22/21 gripper:63/80/67 is:20/22/22 at:56/52/55 [0.296,:39/44/37
  -0.068,:92/93/99 1.303].:50/80/63 It:96/93/79 moves:38/38/42 to:20/22/17 the:72/88/99
  front:69/71/81 of:34/31/33 the:52/63/69 table:89/80/66 and:33/52/41 waits:93/88/72
  there.:37/38/32 </think>:99/97/73 <answer>:92/98/78 [[C]]:73/93/79 </answer>:96/98/99`);
const UNTAGGED = response(`
  The:22/22/19 next:81/80/90 position:90/88/82 is:39/38/43 <answer>:92/98/77 [[D]]:39/38/33
  </answer>:93/98/99`);
const UNDECIDED = response(`
  <think>:99/99/78 It:55/71/63 could:55/63/48 be:18/22/17 [0.428,:43/63/51 -0.266,:50/93/99
  1.227]:22/31/25 or:59/80/80 it:32/52/57 could:26/44/38 be:29/44/42`);

function example(title: string, responses: LabResponse[]): LabGroup {
  return {
    title,
    origin: ORIGIN,
    kind: QUESTION.kind,
    answer: QUESTION.answer,
    asked: { bundle: BUNDLE, question: QUESTION },
    responses,
    base: null,
    max_completion_length: 32,
    clip: { epsilon: 0.2, epsilon_high: null, beta: 0 },
    masked: false,
    algorithm: 'GRPO',
    recorded: null,
  };
}

export const EXAMPLE_GROUPS: LabGroup[] = [
  example('An example', [GROUNDED, TERSE, CARELESS, WORDY, UNTAGGED, UNDECIDED]),
  example('An example without variance', [CARELESS, WORDY, CARELESS]),
];

function response(words: string): LabResponse {
  const cut = words
    .trim()
    .split(/\s+/)
    .map((word) => /^(.+):(\d+)\/(\d+)\/(\d+)$/.exec(word)!.slice(1));
  const tokens = cut.map(([word], i) => (i === 0 ? word : ` ${word}`));
  const logs = (column: number) => cut.map((word) => Math.log(Number(word[column]) / 100));
  return {
    tokens,
    logprobs: logs(1),
    oldLogprobs: logs(2),
    reference: logs(3),
    reward: scoreResponse(tokens.join(''), QUESTION.answer),
    terminated: words.trimEnd().includes('</answer>'),
  };
}
