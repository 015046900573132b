/** The box that wrong positions are drawn from, where settings leave it to the demonstrations. */
import type { Demonstration, Vec3 } from '../demos/demonstration.ts';
import { TABLE_SPACE, type Box, type QuestionSettings } from './question.ts';

/** Metres beyond what the demonstrations' own positions span: another robot's table nobody knows. */
export const STATE_SPACE_MARGIN = 0.1;
/** Bounds are whole centimetres, rounded outwards. */
const PER_METRE = 100;

/** Settings whose box is known. */
export interface SettledSettings extends QuestionSettings {
  state_space: Box;
}

/** RLBench's table for demonstrations in RLBench's world; else what their positions span, and the margin. */
export function stateSpaceOf(demos: readonly Demonstration[]): Box {
  if (demos.every(({ scene }) => !scene)) return TABLE_SPACE;
  const low: Vec3 = [Infinity, Infinity, Infinity];
  const high: Vec3 = [-Infinity, -Infinity, -Infinity];
  for (const { gripperPose, length } of demos)
    for (let i = 0; i < length; i++)
      for (let axis = 0; axis < 3; axis++) {
        low[axis] = Math.min(low[axis], gripperPose[7 * i + axis]);
        high[axis] = Math.max(high[axis], gripperPose[7 * i + axis]);
      }
  const rounded = (bounds: Vec3, round: (x: number) => number, margin: number) =>
    // Negative zero is zero.
    bounds.map((bound) => round(bound * PER_METRE + margin * PER_METRE) / PER_METRE + 0) as Vec3;
  return {
    low: rounded(low, Math.floor, -STATE_SPACE_MARGIN),
    high: rounded(high, Math.ceil, STATE_SPACE_MARGIN),
  };
}

/**
 * @param demos the whole bundle, before it is split: then questions to train and to test with are drawn from one box.
 */
export function settled(settings: QuestionSettings, demos: readonly Demonstration[]): SettledSettings {
  return { ...settings, state_space: settings.state_space ?? stateSpaceOf(demos) };
}
