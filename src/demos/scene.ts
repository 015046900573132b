/** What is known of a world that is not RLBench's table: a prompt says this and no more. */
import * as v from 'valibot';

/** Whose positions the HDF5 formats hold. */
export const ROBOSUITE_FRAME = "robosuite's world frame";
export const MANISKILL_FRAME = "ManiSkill's world frame";

export interface Scene {
  /** Its name in the data, e.g. "Panda". */
  robot: string | null;
  /** Whose frame of reference positions are in, e.g. "robosuite's world frame"; null: the data do not say. */
  frame: string | null;
  /** Height of the table's top in that frame, metres; null: not known. */
  table: number | null;
  /** The columns that are the gripper's position, e.g. "x, y, z of robot0_eef_pos". */
  position: string;
  /** The column that is its opening, and its sense, e.g. "gripper of state (grows as it opens)"; null: not recorded. */
  gripper: string | null;
}

const MOST_LETTERS = 120;
const MOST_METRES = 1000;

/** On one line of a prompt, and short. */
export function fewWords(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, MOST_LETTERS);
}

/** The name of a robot as data give it: a word, or the first of a list; null when it is neither. */
export function robotName(value: unknown): string | null {
  const name: unknown = Array.isArray(value) ? value[0] : value;
  return typeof name === 'string' && /^(?!unknown$)\w[\w .+-]{0,39}$/i.test(name) ? name : null;
}

const words = v.pipe(v.string(), v.transform(fewWords));

const sceneSchema = v.object({
  robot: v.pipe(v.unknown(), v.transform(robotName)),
  frame: v.nullable(words),
  table: v.nullable(v.pipe(v.number(), v.minValue(-MOST_METRES), v.maxValue(MOST_METRES))),
  position: words,
  gripper: v.nullable(words),
}) satisfies v.GenericSchema<unknown, Scene>;

/** Null when it is none. */
export function readScene(value: unknown): Scene | null {
  const { success, output } = v.safeParse(sceneSchema, value);
  return success ? output : null;
}
