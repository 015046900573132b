import type { CameraName, Vec3 } from '../demos/demonstration.ts';
import { ARM_KEYPOINT_RULE, type KeypointRule } from '../demos/keypoints.ts';

export const KINDS = ['waypoint', 'current_state', 'movement'] as const;
/** The paper's three: next keypoint from image and state; state from image; movement to the next keypoint. */
export type Kind = (typeof KINDS)[number];

/** Of four options, which is what the paper asks and the embedded model knows. */
export const LETTERS = ['A', 'B', 'C', 'D'] as const;
export type Letter = (typeof LETTERS)[number];

/** Of up to eight options. */
export const OPTION_LETTERS = [...LETTERS, 'E', 'F', 'G', 'H'] as const;
export type OptionLetter = (typeof OPTION_LETTERS)[number];

export const DIFFICULTIES = ['random', 'rings', 'hard', 'elsewhere'] as const;
/**
 * How distractors are chosen: anywhere in the state space, at stated distances, as hard negatives, or from what is
 * right at the same stage of other demonstrations, so that only the picture tells.
 */
export type Difficulty = (typeof DIFFICULTIES)[number];

export const RINGS = ['near', 'middle', 'far'] as const;
/** A range of distances from the answer; of movements: one, two or three axes that differ. */
export type Ring = (typeof RINGS)[number];

export const HARD_NEGATIVES = [
  'same_height',
  'mirrored_table',
  'mirrored_gripper',
  'along_path',
  'previous_keypoint',
  'following_keypoint',
] as const;
export type HardNegative = (typeof HARD_NEGATIVES)[number];

export const VIEWPOINTS = ['camera', 'robot'] as const;
/** Whose left and right the words mean: the front camera's, as in the paper, or the robot's own. */
export type Viewpoint = (typeof VIEWPOINTS)[number];

export const WORDINGS = ['full', 'compact'] as const;
export type Wording = (typeof WORDINGS)[number];

export interface Question {
  /** "<demonstration>/<frame>/<kind>", unique in its bundle. */
  id: string;
  kind: Kind;
  /** Demonstration id. */
  demonstration: string;
  task: string;
  frame: number;
  camera: CameraName;
  /** Whole prompt with one "<image>" where the picture goes, options included. */
  prompt: string;
  /** Two to eight, in the order of the letters, as printed behind `[[A]]`: "[x, y, z]" or a movement. */
  options: string[];
  /** Positions behind the options (metres, world frame), null for movement. */
  points: Vec3[] | null;
  answer: OptionLetter;
  /** Gripper position at the frame, metres, world frame. */
  state: Vec3;
  /** The next keypoint: its frame (strictly after `frame`) and gripper position. */
  keypoint: number;
  target: Vec3;
  /** Whose left and right a movement's words mean; without it the camera's. */
  viewpoint?: Viewpoint;
}

/** Metres, in the demonstrations' own frame. */
export interface Box {
  low: Vec3;
  high: Vec3;
}

export interface QuestionSettings extends KeypointRule {
  kinds: Kind[];
  /** Share of the sampled frames at which a kind is asked, 0 to 1. */
  kind_shares: Record<Kind, number>;
  /** Every how many frames a question is asked (ARM's demo_augmentation_every_n). */
  frame_interval: number;
  /** Box from which distractor positions are drawn; null: from the data. The paper gives no bounds. */
  state_space: Box | null;
  /** Least distance in metres between any two options. The paper gives none. */
  min_distance: number;
  /** Two to eight; the paper's four are what the embedded model knows. */
  option_count: number;
  difficulty: Difficulty;
  /** Rings that distractors take in turn when difficulty is "rings". */
  rings: Ring[];
  /** Metres from the answer: near from, near to middle, middle to far, far to; ascending. */
  ring_bounds: [number, number, number, number];
  /** What distractors are when difficulty is "hard". */
  hard_negatives: HardNegative[];
  /** Axis changes smaller than this (metres) are left out of a movement. The paper says "nonzero". */
  movement_deadband: number;
  /** An axis that changes at most this share of the largest change is moved "slightly" (paper: 0.5). */
  slightly_threshold: number;
  /** Put the current position into movement prompts: the paper's formula does, its template does not. */
  state_in_movement_prompt: boolean;
  /** Put the current position into waypoint prompts, as the paper does. */
  state_in_waypoint_prompt: boolean;
  /** Tell the axes, the table and the gripper as far as they are known: what grounds the numbers. */
  metadata_in_prompt: boolean;
  /** Of the numbers in prompts, 1 to 6. */
  decimals: number;
  /** Whose picture is shown. */
  camera: CameraName;
  viewpoint: Viewpoint;
  prompt_wording: Wording;
  seed: number;
}

/** RLBench's world: the table's top within the arm's reach, up to the height of the start pose; ARM's scene_bounds contain it. */
export const TABLE_SPACE: Box = { low: [0, -0.4, 0.76], high: [0.5, 0.4, 1.5] };

export const DEFAULT_QUESTION_SETTINGS: QuestionSettings = {
  kinds: [...KINDS],
  kind_shares: { waypoint: 1, current_state: 1, movement: 1 },
  frame_interval: 10,
  ...ARM_KEYPOINT_RULE,
  state_space: null,
  min_distance: 0.1,
  option_count: 4,
  difficulty: 'elsewhere',
  rings: [...RINGS],
  ring_bounds: [0.05, 0.13, 0.25, 0.5],
  hard_negatives: [...HARD_NEGATIVES],
  movement_deadband: 0.01,
  slightly_threshold: 0.5,
  state_in_movement_prompt: false,
  state_in_waypoint_prompt: true,
  metadata_in_prompt: true,
  decimals: 3,
  camera: 'front',
  viewpoint: 'camera',
  prompt_wording: 'full',
  seed: 0,
};

/** Numbers in prompts have three decimals (paper, figure 12). Negative zero prints as zero. */
export function formatPosition(p: Vec3): string {
  return formatRounded(p, 3);
}

export function formatRounded(p: Vec3, decimals: number): string {
  return `[${p.map((v) => v.toFixed(decimals).replace(/^-(0\.0+)$/, '$1')).join(', ')}]`;
}
