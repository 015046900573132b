import * as v from 'valibot';
import { expect, test } from 'vitest';
import { issueText } from './schemaIssue.ts';

const schema = v.strictObject({ a: v.object({ b: v.number() }), c: v.optional(v.picklist(['x'])) });

test.each<[unknown, string]>([
  [undefined, 'the whole: is missing'],
  [5, 'the whole: Invalid type: Expected Object but received 5'],
  [{}, 'a: is missing'],
  [{ a: {} }, 'a.b: is missing'],
  [{ a: { b: undefined } }, 'a.b: is missing'],
  [{ a: { b: null } }, 'a.b: Invalid type: Expected number but received null'],
  [{ a: { b: 1 }, c: 'y' }, 'c: Invalid type: Expected "x" but received "y"'],
  [{ a: { b: 1 }, d: 2 }, 'd: Invalid key: Expected never but received "d"'],
])('%j: %s', (value, text) => {
  const { issues } = v.safeParse(schema, value);
  expect(issueText(issues![0])).toBe(text);
});
