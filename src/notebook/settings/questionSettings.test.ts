import { expect, test } from 'vitest';
import { QUESTION_PRESETS } from '../../questions/presets.ts';
import { DEFAULT_QUESTION_SETTINGS as DEFAULTS, TABLE_SPACE, type Box } from '../../questions/question.ts';
import { checkQuestionSettings } from '../../questions/settingsSchema.ts';
import { moreQuestionSettings } from './moreQuestionSettings.ts';
import { QUESTION_SETTINGS } from './questionSettings.ts';
import { parseNumber, readPath, sameValue, writePath } from './setting.ts';

const SPANNED: Box = { low: [-0.4, -0.3, -0.2], high: [0.2, 0.3, 1.25] };
const allOf = (given: Box | null) => [
  ...QUESTION_SETTINGS,
  ...moreQuestionSettings(['front', 'left_shoulder'], given, SPANNED).flatMap(({ settings }) => settings),
];
const ALL = allOf(null);

/** Paths of what has one value: numbers, words, switches and lists of words. */
function leaves(value: unknown, path: string[] = []): string[] {
  const words = Array.isArray(value) && value.every((item) => typeof item === 'string');
  if (typeof value !== 'object' || value === null || words) return [path.join('.')];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

test('every question setting has one field in the form, nested ones too, and no field is of nothing', () => {
  expect(leaves(DEFAULTS)).toContain('kind_shares.movement');
  expect(ALL.map(({ path }) => path).sort()).toEqual(leaves(DEFAULTS).sort());
});

test('the box of wrong positions is from the data, which it shows, until it is set by hand, beginning there', () => {
  const choice = ALL.find(({ path }) => path === 'state_space')!;
  expect(choice).toMatchObject({
    options: [
      { label: 'from the data: [-0.40, -0.30, -0.20] to [0.20, 0.30, 1.25]', value: null },
      { label: 'set here', value: SPANNED },
    ],
  });
  expect(choice.sentence).toContain("RLBench's table for its demonstrations, for others");
  const own = { ...DEFAULTS, state_space: TABLE_SPACE };
  const [fields, due] = [allOf(TABLE_SPACE).map(({ path }) => path), leaves(own)];
  expect(due).toContain('state_space.high.2');
  expect(fields.sort()).toEqual(['state_space', ...due].sort());
});

test('every field has a label and a sentence of its own', () => {
  for (const { path, label, sentence } of ALL) {
    expect(label, path).not.toBe('');
    expect(sentence, path).toMatch(/^[A-Z].{15,}\.$/);
  }
  expect(new Set(ALL.map(({ label }) => label)).size).toBe(ALL.length);
  expect(ALL.find(({ path }) => path === 'camera')).toMatchObject({
    options: [
      { label: 'front', value: 'front' },
      { label: 'left shoulder', value: 'left_shoulder' },
    ],
  });
});

test('every preset stands at values that the fields allow', () => {
  for (const { id, settings } of QUESTION_PRESETS)
    for (const setting of ALL) {
      const value = readPath(settings, setting.path);
      const what = `${setting.path} of ${id}`;
      if (setting.type === 'number') expect(parseNumber(setting, String(value)), what).toBe(value);
      if (setting.type === 'toggle') expect(value, what).toBeTypeOf('boolean');
      if (setting.type === 'choice')
        expect(
          setting.options.filter((option) => sameValue(option.value, value)),
          what,
        ).toHaveLength(1);
      if (setting.type === 'several') {
        const known = setting.options.map((option) => option.value);
        expect(
          (value as string[]).every((one) => known.includes(one)),
          what,
        ).toBe(true);
      }
    }
});

test('every option of a field is a setting that questions can be made with', () => {
  for (const setting of ALL) {
    const values =
      setting.type === 'choice'
        ? setting.options.map(({ value }) => value)
        : setting.type === 'several'
          ? setting.options.map(({ value }) => [value])
          : setting.type === 'toggle'
            ? [true, false]
            : [];
    for (const value of values) {
      const changed = writePath(DEFAULTS, setting.path, value);
      expect(checkQuestionSettings(changed, setting.path)).toEqual(changed);
    }
  }
});
