/** What a mapping of columns must be before anything trusts it: from a file or a stored run. */
import * as v from 'valibot';
import { issueText } from './schemaIssue.ts';
import { GRIPPER_FORMS, LENGTH_UNITS, ROTATION_FORMS, type StateMapping } from './stateMapping.ts';

const MOST_ELEMENTS = 256;

const keysOf = <T extends object>(forms: T) => Object.keys(forms) as (keyof T & string)[];
const feature = v.pipe(v.string(), v.minLength(1, 'name a feature'), v.maxLength(500));
const element = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100_000));
const elements = (least: number, what = `name ${least} of the feature's elements, counted from 0`) =>
  v.pipe(v.array(element, what), v.minLength(least, what), v.maxLength(MOST_ELEMENTS));
const place = (least: number) => ({ feature, at: elements(least) });
const missing = (what: string, at: string) =>
  `choose ${what}, e.g. {"feature": "observation.state", "at": ${at}}`;

export const mappingSchema = v.strictObject({
  position: v.strictObject(place(3), missing('the columns of x, y, z', '[0, 1, 2]')),
  unit: v.picklist(keysOf(LENGTH_UNITS)),
  rotation: v.nullable(
    v.pipe(
      v.strictObject({ ...place(1), form: v.picklist(keysOf(ROTATION_FORMS)) }),
      v.check(
        ({ at, form }) => at.length === ROTATION_FORMS[form],
        ({ input: { form } }) => `has not the ${ROTATION_FORMS[form]} elements that "${form}" takes`,
      ),
    ),
  ),
  gripper: v.nullable(
    v.strictObject(
      { ...place(1), form: v.picklist(GRIPPER_FORMS) },
      `${missing('the column of the gripper', '[6]')}, and its form; or null: its opening is not recorded`,
    ),
  ),
  jointPositions: v.nullable(v.strictObject(place(1))),
  jointVelocities: v.nullable(v.strictObject(place(1))),
}) satisfies v.GenericSchema<unknown, StateMapping>;

/** @param where named in the error. @throws Error naming the field at fault */
export function checkMapping(value: unknown, where: string): StateMapping {
  const { success, output, issues } = v.safeParse(mappingSchema, value);
  if (success) return output;
  throw new Error(`${where} is no mapping of columns at ${issueText(issues[0])}`);
}
