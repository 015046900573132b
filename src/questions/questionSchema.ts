/** What a question from a file must be before anything trusts it. */
import * as v from 'valibot';
import type { Vec3 } from '../demos/demonstration.ts';
import { issueText } from '../demos/schemaIssue.ts';
import { KINDS, OPTION_LETTERS, VIEWPOINTS, type Question } from './question.ts';

/** A file of questions, pictures apart. */
export const MOST_QUESTION_BYTES = 256 * 2 ** 20;
/** One with pictures. */
export const MOST_FILE_BYTES = 2 ** 30;
export const MOST_QUESTIONS = 200_000;
/** LeRobot's name of a task is its whole instruction. */
const MOST_NAME = 4_000;
const MOST_OPTION = 500;
const MOST_PROMPT = 20_000;

/** JSON has no negative zero that would come back. */
const unsigned = v.transform((x: number) => x + 0);
const finite = v.pipe(v.number(), v.finite(), unsigned);
const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31), unsigned);
/** What every format can hold: UTF-8 has no half of a character, and its readers drop a mark at the start. */
const text = (most: number) =>
  v.pipe(
    v.string(),
    v.maxLength(most, ({ input }) => `has ${input.length} characters, at most ${most} are read`),
    v.check((value) => !/\p{Surrogate}/u.test(value), 'holds half of a character'),
    v.check((value) => !value.startsWith('\ufeff'), 'starts with a byte order mark'),
  );
const name = v.pipe(text(MOST_NAME), v.minLength(1));
const option = v.pipe(text(MOST_OPTION), v.minLength(1));
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
      text(MOST_PROMPT),
      v.check((prompt) => prompt.split('<image>').length === 2, 'needs exactly one <image>'),
    ),
    options: v.pipe(
      v.array(option),
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
      ({ prompt, options }) => options.every((said, i) => holds(prompt, `[[${OPTION_LETTERS[i]}]] ${said}`)),
      'does not hold every option behind its letter',
    ),
    ['prompt'],
  ),
  v.transform(({ viewpoint, ...question }) =>
    viewpoint === undefined || viewpoint === 'camera' ? question : { ...question, viewpoint },
  ),
) satisfies v.GenericSchema<unknown, Question>;

/** Whether an option ends where its text does: "move up" is not what "[[A]] move up and move left" says. */
function holds(prompt: string, option: string): boolean {
  return prompt.split(option).some((rest, i) => i > 0 && /^[\s,;.|]*(\[\[|\n|$)/.test(rest));
}

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

/** Refuses on writing what would be refused on reading. @throws Error naming the question and the field. */
export function checkWritable(questions: readonly Question[]): void {
  if (questions.length === 0)
    throw new Error('no question to write: choose other filters or settings, or longer demonstrations');
  if (questions.length > MOST_QUESTIONS)
    throw new Error(
      `${questions.length} questions are more than the ${MOST_QUESTIONS} of which a file can be read: raise frame_interval or take fewer demonstrations`,
    );
  const whereOf = (i: number) => questionNamed(questions[i]);
  for (const [i, question] of questions.entries()) checkQuestion(question, whereOf(i));
  checkUnlike(questions, whereOf);
}

/** `question "push_button/variation0/episode3/10/waypoint"`, for errors. */
export function questionNamed({ id }: Pick<Question, 'id'>): string {
  return `question ${JSON.stringify(id.slice(0, 200))}`;
}

/** @throws Error when a file of questions with pictures would be refused on reading. */
export function checkFileSize(bytes: number, questions: number): void {
  if (bytes > MOST_FILE_BYTES)
    throw new Error(
      `${questions} questions with their pictures take ${Math.ceil(bytes / 2 ** 20)} MB, at most ${MOST_FILE_BYTES / 2 ** 20} are read: write them in parts, or as JSON lines without pictures`,
    );
}
