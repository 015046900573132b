/** The prompt of each kind: the paper's fields in the paper's order, in our words. */
import type { Vec3 } from '../demos/demonstration.ts';
import type { Scene } from '../demos/scene.ts';
import {
  DEFAULT_QUESTION_SETTINGS,
  formatRounded,
  OPTION_LETTERS,
  type Kind,
  type QuestionSettings,
} from './question.ts';
import { compactSceneLine, foreignRole, fullSceneLines } from './sceneLines.ts';
import { COMPACT_LINES, FULL_LINES, viewLine } from './wordings.ts';

/** Lines that never change, about RLBench's world. The embedded checkpoint's tokenizer has one token for each. */
export const FIXED_LINES = {
  role: 'You assist a Franka robot: you plan its movements and carry them out.',
  task: 'Task: ',
  view: 'Front view: ',
  axes: 'Coordinates in metres: X from the back (-) to the front (+) of the table, Y from left (-) to right (+), Z from down (-) to up (+).',
  centre: 'The centre of the table surface is at [0.25, 0, 0.752].',
  wrist: 'In a wrist view left and right are swapped.',
  robot: 'The gripper measures 0.06 m (x) by 0.2 m (y) by 0.09 m (z), its fingers 0.04 m.',
  state: 'Current position of the robot: ',
  waypoint: 'From the image and the current position: which position is the next waypoint of the robot?',
  current_state: 'From the image: which position does the robot have now?',
  movement: 'From the image: which movement brings the robot to the next waypoint?',
  format:
    'Reason first inside <think></think>, then give the letter of one option inside <answer></answer>, like this: <think> .. </think> <answer> [[A]] </answer>',
} as const;

/** The settings that word a prompt. */
export interface PromptStyle extends Pick<
  QuestionSettings,
  'prompt_wording' | 'metadata_in_prompt' | 'viewpoint' | 'camera' | 'decimals'
> {
  /** The demonstration's; without it RLBench's world is told. */
  scene?: Scene;
}

/** State as the prompt of this kind shows it, or null where it does not. */
export function statedPosition(
  kind: Kind,
  state: Vec3,
  stateInMovement: boolean,
  stateInWaypoint = true,
): Vec3 | null {
  const stated = { waypoint: stateInWaypoint, movement: stateInMovement, current_state: false };
  return stated[kind] ? state : null;
}

/**
 * @param options as printed, in the order of the letters.
 * @param state null leaves the line out.
 * @returns text with one "<image>".
 */
export function buildPrompt(
  kind: Kind,
  description: string,
  options: string[],
  state: Vec3 | null,
  style: PromptStyle = DEFAULT_QUESTION_SETTINGS,
): string {
  const lettered = options.map((option, i) => `[[${OPTION_LETTERS[i]}]] ${option}`);
  const format = style.prompt_wording === 'compact' ? COMPACT_LINES.format : FIXED_LINES.format;
  return [...promptHead(kind, description, state, style), ...lettered, format].join('\n');
}

/** Everything before the options. */
export function promptHead(
  kind: Kind,
  description: string,
  state: Vec3 | null,
  style: PromptStyle,
): string[] {
  const head = style.prompt_wording === 'compact' ? compactHead : fullHead;
  return head(kind, plainWords(description), state, style);
}

/** Words from anywhere leave the prompt its one "<image>", and hold no half of a character. */
function plainWords(text: string): string {
  return text.replaceAll('<image>', '(image)').replace(/\p{Surrogate}/gu, '\ufffd');
}

function fullHead(kind: Kind, description: string, state: Vec3 | null, style: PromptStyle): string[] {
  const l = FIXED_LINES;
  const fromCamera = style.viewpoint === 'camera';
  const [axes, ...rest] = style.scene
    ? fullSceneLines(style.scene, style.viewpoint).map(plainWords)
    : fromCamera
      ? [l.axes, l.centre, l.wrist, l.robot]
      : [FULL_LINES.robot_axes, l.centre, l.robot];
  const scene = kind === 'movement' ? [axes] : [axes, ...rest];
  return [
    style.scene ? plainWords(foreignRole(style.scene)) : l.role,
    l.task + description,
    plainWords(viewLine(style.camera)) + '<image>',
    ...(style.metadata_in_prompt ? scene : []),
    ...(state ? [l.state + formatRounded(state, style.decimals)] : []),
    kind === 'waypoint' && !state ? FULL_LINES.blind_waypoint : l[kind],
  ];
}

function compactHead(kind: Kind, description: string, state: Vec3 | null, style: PromptStyle): string[] {
  const l = COMPACT_LINES;
  const axes = style.scene
    ? plainWords(compactSceneLine(style.scene, style.viewpoint))
    : style.viewpoint === 'camera'
      ? l.camera_axes
      : l.robot_axes;
  return [
    FIXED_LINES.task + description,
    plainWords(viewLine(style.camera)) + '<image>',
    ...(style.metadata_in_prompt ? [axes] : []),
    ...(state ? [l.state + formatRounded(state, style.decimals)] : []),
    l.ask[kind],
  ];
}

/** What stands before and after the picture. @throws when there is not exactly one. */
export function splitAtImage(prompt: string): [before: string, after: string] {
  const parts = prompt.split('<image>');
  if (parts.length !== 2)
    throw new Error(`a prompt needs exactly one <image>, this one has ${parts.length - 1}`);
  return [parts[0], parts[1]];
}
