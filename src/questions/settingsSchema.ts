/** What question settings must be before anything trusts them: from a file, a stored run or the page. */
import * as v from 'valibot';
import { issueText } from '../demos/schemaIssue.ts';
import {
  DEFAULT_QUESTION_SETTINGS as DEFAULTS,
  DIFFICULTIES,
  HARD_NEGATIVES,
  KINDS,
  OPTION_LETTERS,
  RINGS,
  VIEWPOINTS,
  WORDINGS,
  type QuestionSettings,
} from './question.ts';

const between = (low: number, high: number) =>
  v.pipe(v.number(), v.finite(), v.minValue(low), v.maxValue(high));
const whole = (low: number, high: number) => v.pipe(between(low, high), v.integer());
/** Far more than a room: positions of an unknown unit must pass. */
const metres = between(-1_000_000, 1_000_000);
const vec3 = v.strictTuple([metres, metres, metres]);
const share = between(0, 1);
const severalOf = <T extends readonly string[]>(options: T) =>
  v.pipe(
    v.array(v.picklist(options)),
    v.minLength(1, 'choose at least one'),
    v.check((chosen) => new Set(chosen).size === chosen.length, 'names one twice'),
  );

/** Since which settings have been stored these are new; without them they are as they always were. */
const later = <S extends v.GenericSchema>(schema: S, fallback: v.InferOutput<S>) =>
  v.optional(schema, () => structuredClone(fallback));

export const questionSettingsSchema = v.pipe(
  v.strictObject({
    kinds: severalOf(KINDS),
    kind_shares: later(
      v.strictObject({ waypoint: share, current_state: share, movement: share }),
      DEFAULTS.kind_shares,
    ),
    frame_interval: whole(1, 1_000_000),
    stopping_delta: between(0, 1000),
    stopped_buffer: later(whole(0, 1_000_000), DEFAULTS.stopped_buffer),
    gripper_keypoints: later(v.boolean(), DEFAULTS.gripper_keypoints),
    merge_last_keypoints: later(v.boolean(), DEFAULTS.merge_last_keypoints),
    state_space: v.nullable(
      v.pipe(
        v.strictObject({ low: vec3, high: vec3 }),
        v.check(
          ({ low, high }) => low.every((l, axis) => l <= high[axis]),
          'low is above high on some axis: exchange them',
        ),
      ),
    ),
    min_distance: between(0, 100),
    option_count: later(whole(2, OPTION_LETTERS.length), DEFAULTS.option_count),
    difficulty: later(v.picklist(DIFFICULTIES), 'random'),
    rings: later(severalOf(RINGS), DEFAULTS.rings),
    ring_bounds: later(
      v.pipe(
        v.strictTuple([between(0, 100), between(0, 100), between(0, 100), between(0, 100)]),
        v.check(
          (bounds) => bounds.every((b, i) => i === 0 || b > bounds[i - 1]),
          'are not ascending: near from, near to middle, middle to far, far to',
        ),
      ),
      DEFAULTS.ring_bounds,
    ),
    hard_negatives: later(severalOf(HARD_NEGATIVES), DEFAULTS.hard_negatives),
    movement_deadband: between(0, 100),
    slightly_threshold: share,
    state_in_movement_prompt: v.boolean(),
    state_in_waypoint_prompt: later(v.boolean(), DEFAULTS.state_in_waypoint_prompt),
    metadata_in_prompt: later(v.boolean(), DEFAULTS.metadata_in_prompt),
    decimals: later(whole(1, 6), DEFAULTS.decimals),
    camera: later(
      v.pipe(v.string(), v.regex(/^[\w.-]{1,100}$/, 'is no camera name: letters, digits, dot, dash')),
      DEFAULTS.camera,
    ),
    viewpoint: later(v.picklist(VIEWPOINTS), DEFAULTS.viewpoint),
    prompt_wording: later(v.picklist(WORDINGS), DEFAULTS.prompt_wording),
    seed: whole(0, 2 ** 53 - 1),
  }),
  v.check(
    ({ kinds, kind_shares }) => kinds.some((kind) => kind_shares[kind] > 0),
    'every kind chosen has a share of 0: give one a share',
  ),
) satisfies v.GenericSchema<unknown, QuestionSettings>;

/** @param where starts the error, e.g. "settings.json". @throws Error naming the field and what is wrong with it. */
export function checkQuestionSettings(value: unknown, where: string): QuestionSettings {
  const result = v.safeParse(questionSettingsSchema, value);
  if (result.success) return result.output;
  throw new Error(`${where}: ${issueText(result.issues[0])}`);
}
