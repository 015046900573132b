import type { CameraName, Vec3 } from '../demos/demonstration.ts';

export const KINDS = ['waypoint', 'current_state', 'movement'] as const;
/** The paper's three: next keypoint from image and state; state from image; movement to the next keypoint. */
export type Kind = (typeof KINDS)[number];

export const LETTERS = ['A', 'B', 'C', 'D'] as const;
export type Letter = (typeof LETTERS)[number];

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
  /** Four, in the order of the letters, as printed behind `[[A]]`: "[x, y, z]" or a movement. */
  options: string[];
  /** Positions behind the options (metres, world frame), null for movement. */
  points: Vec3[] | null;
  answer: Letter;
  /** Gripper position at the frame, metres, world frame. */
  state: Vec3;
  /** The next keypoint: its frame (strictly after `frame`) and gripper position. */
  keypoint: number;
  target: Vec3;
}

export interface QuestionSettings {
  kinds: Kind[];
  /** Every how many frames a question is asked (ARM's demo_augmentation_every_n). */
  frame_interval: number;
  /** Joint speed in rad/s under which the arm counts as stopped (ARM). */
  stopping_delta: number;
  /** Box from which distractor positions are drawn, metres, world frame. The paper gives no bounds. */
  state_space: { low: Vec3; high: Vec3 };
  /** Least distance in metres between any two options. The paper gives none. */
  min_distance: number;
  /** Axis changes smaller than this (metres) are left out of a movement. The paper says "nonzero". */
  movement_deadband: number;
  /** An axis that changes at most this share of the largest change is moved "slightly" (paper: 0.5). */
  slightly_threshold: number;
  /** Put the current position into movement prompts: the paper's formula does, its template does not. */
  state_in_movement_prompt: boolean;
  seed: number;
}

/** The table's top within the arm's reach, up to the height of the start pose; ARM's scene_bounds contain it. */
export const TABLE_SPACE = { low: [0, -0.4, 0.76] as Vec3, high: [0.5, 0.4, 1.5] as Vec3 };

export const DEFAULT_QUESTION_SETTINGS: QuestionSettings = {
  kinds: [...KINDS],
  frame_interval: 10,
  stopping_delta: 0.1,
  state_space: TABLE_SPACE,
  min_distance: 0.1,
  movement_deadband: 0.01,
  slightly_threshold: 0.5,
  state_in_movement_prompt: false,
  seed: 0,
};

/** Numbers in prompts have three decimals (paper, figure 12). Negative zero prints as zero. */
export function formatPosition(p: Vec3): string {
  return `[${p.map((v) => v.toFixed(3).replace(/^-(0\.0+)$/, '$1')).join(', ')}]`;
}
