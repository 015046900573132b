/** What a question from a file must be before anything trusts it. */
import * as v from 'valibot';
import type { Vec3 } from '../demos/demonstration.ts';
import { issueText } from '../demos/schemaIssue.ts';
import { KINDS, OPTION_LETTERS, VIEWPOINTS, type Question } from './question.ts';

/** A file of questions, pictures apart. */
export const MOST_QUESTION_BYTES = 256 * 2 ** 20;
export const MOST_QUESTIONS = 200_000;
const MOST_PROMPT = 20_000;

const finite = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31));
const name = v.pipe(v.string(), v.minLength(1), v.maxLength(500));
const vec3 = v.strictTuple([finite, finite, finite]) satisfies v.GenericSchema<unknown, Vec3>;

export const questionSchema = v.pipe(
  v.strictObject({
    id: name,
    kind: v.picklist(KINDS),
    demonstration: name,
    task: name,
    frame: count,
    camera: name,
    prompt: v.pipe(
      v.string(),
      v.maxLength(MOST_PROMPT),
      v.check((text) => text.split('<image>').length === 2, 'needs exactly one <image>'),
    ),
    options: v.pipe(
      v.array(name),
      v.minLength(2),
      v.maxLength(OPTION_LETTERS.length),
      v.check((options) => new Set(options).size === options.length, 'two options are the same'),
    ),
    points: v.nullable(v.pipe(v.array(vec3), v.maxLength(OPTION_LETTERS.length))),
    answer: v.picklist(OPTION_LETTERS),
    state: vec3,
    keypoint: count,
    target: vec3,
    viewpoint: v.optional(v.picklist(VIEWPOINTS)),
  }),
  v.forward(
    v.check(
      ({ answer, options }) => OPTION_LETTERS.indexOf(answer) < options.length,
      'is the letter of no option',
    ),
    ['answer'],
  ),
  v.forward(
    v.check(
      ({ kind, points, options }) =>
        kind === 'movement' ? points === null : points?.length === options.length,
      'must be as many as options, and null of a movement',
    ),
    ['points'],
  ),
  v.forward(
    v.check(
      ({ prompt, options }) =>
        options.every((text, i) => prompt.includes(`[[${OPTION_LETTERS[i]}]] ${text}`)),
      'does not hold every option behind its letter',
    ),
    ['prompt'],
  ),
  v.transform(({ viewpoint, ...question }) =>
    viewpoint === undefined || viewpoint === 'camera' ? question : { ...question, viewpoint },
  ),
) satisfies v.GenericSchema<unknown, Question>;

/** @param where starts the error, e.g. "mine.jsonl, line 3". @throws Error naming the field and what is wrong. */
export function checkQuestion(value: unknown, where: string): Question {
  const result = v.safeParse(questionSchema, value);
  if (result.success) return result.output;
  throw new Error(`${where}: ${issueText(result.issues[0])}`);
}

/** @throws Error when an id stands twice. @param whereOf names the place of question i. */
export function checkUnlike(questions: readonly Question[], whereOf: (i: number) => string): void {
  const seen = new Map<string, number>();
  for (const [i, { id }] of questions.entries()) {
    const before = seen.get(id);
    if (before !== undefined)
      throw new Error(`${whereOf(i)}: id: ${JSON.stringify(id)} stands at ${whereOf(before)} already`);
    seen.set(id, i);
  }
}
