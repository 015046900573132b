import { expect, test } from 'vitest';
import { parquetMetadata } from 'hyparquet';
import { zipped } from '../../test/fixtures/fixture.ts';
import type { Demonstration, EncodedImage } from '../demos/demonstration.ts';
import { parquetFile } from '../demos/parquetTable.ts';
import { seededRandom } from '../demos/random.ts';
import { makeQuestions } from '../questions/generate.ts';
import { writeQuestionLines } from '../questions/jsonLines.ts';
import {
  DEFAULT_QUESTION_SETTINGS,
  DIFFICULTIES,
  VIEWPOINTS,
  WORDINGS,
  type Question,
} from '../questions/question.ts';
import { writeQuestionParquet } from '../questions/questionParquet.ts';
import { reach } from '../questions/testing/reach.ts';
import { questionFiles } from './questionFiles.ts';
import { readQuestions } from './readQuestions.ts';

const PIECES = [
  ...[
    'push "it"',
    "the robot's",
    '\\n',
    '\n',
    '\r\n',
    '\t',
    '\0',
    '\u2028',
    ', ',
    '[[A]] ',
    '</think>',
    '{}',
  ],
  ...['ü', 'e\u0301', '把杯子', 'كوب', '🤖', '👩\u200d🔧', '\ufeff'],
];
/** What only descriptions may hold. */
const WILD = ['<image>', '<im<image>age>', '\ud83e', '\udd16', '<image', 'x'.repeat(6000)];
const NUMBERS = [-0, 0, 5e-324, -1e-7, 1 / 3, -1.2345678901234567, 123_456.789];

/** Words and positions of a demonstration drawn at random. */
function drawn(id: string, random: () => number): Demonstration {
  const one = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)];
  const words = (pieces: string[]) => Array.from({ length: 1 + random() * 8 }, () => one(pieces)).join('');
  const demo = reach(`${id}${words(PIECES)}`);
  const gripperPose = demo.gripperPose.map((value, i) =>
    i % 7 < 3 && random() < 0.05 ? one(NUMBERS) : value,
  );
  const task = `t${words(PIECES)}${random() < 0.3 ? 'a'.repeat(3000) : ''}`;
  const descriptions = [words(PIECES), words([...PIECES, ...WILD]), words(WILD.slice(0, 5))];
  return { ...demo, task, descriptions, gripperPose };
}

/** Of words, positions and settings drawn at random. */
function generated(seed: number): Question[] {
  const random = seededRandom(seed, 'settings');
  const one = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)];
  return makeQuestions([drawn('a', random), drawn('b', random)], {
    ...DEFAULT_QUESTION_SETTINGS,
    seed,
    frame_interval: 25,
    min_distance: 0.03,
    option_count: 2 + Math.floor(random() * 7),
    difficulty: one(DIFFICULTIES),
    viewpoint: one(VIEWPOINTS),
    prompt_wording: one(WORDINGS),
    decimals: 3 + Math.floor(random() * 4),
    metadata_in_prompt: random() < 0.5,
    state_in_movement_prompt: random() < 0.5,
  });
}

/** A picture that only its frame gives. */
const image = ({ demonstration, frame }: Question): Promise<EncodedImage> =>
  Promise.resolve({
    bytes: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, demonstration.length, frame),
    mime: 'image/png',
  });

const read = (part: BlobPart, name: string) => readQuestions(new Blob([part]), name);

test('nothing is lost on the way through any format, whatever words, numbers and settings', async () => {
  for (let seed = 0; seed < 16; seed++) {
    const questions = generated(seed);
    expect((await read(writeQuestionLines(questions), 'q.jsonl')).questions).toEqual(questions);

    const parquet = await read(await writeQuestionParquet(questions, image), 'q.parquet');
    expect(parquet.questions).toEqual(questions);
    for (const question of questions)
      expect(parquet.pictures.get(question.id)).toEqual(await image(question));

    const files = new Map<string, Uint8Array>();
    for await (const { path, bytes } of questionFiles(questions, image)) files.set(path, bytes);
    for (const { prompt } of questions) expect(prompt.split('<image>')).toHaveLength(2);
    const rows = files.get('questions.jsonl')! as Uint8Array<ArrayBuffer>;
    expect((await read(rows, 'questions.jsonl')).questions).toEqual(questions);
    const zip = await read(await zipped(Object.fromEntries(files), seed % 2 ? 6 : 0), 'q.zip');
    expect(zip.questions).toEqual(questions);
    for (const question of questions) expect(zip.pictures.get(question.id)).toEqual(await image(question));
    for (const [i, line] of new TextDecoder().decode(rows).trimEnd().split('\n').entries()) {
      const row = JSON.parse(line) as { problem: string; answer: string; images: string[] };
      expect([row.problem, row.answer]).toEqual([questions[i].prompt, questions[i].answer]);
      expect(files.get(row.images[0])).toEqual((await image(questions[i])).bytes);
    }
  }
});

test('a zip of rows is opened from a folder in it, and refused when a picture or the rows are missing', async () => {
  const files: Record<string, Uint8Array> = {};
  for await (const { path, bytes } of questionFiles(generated(0), image)) files[`a/b/${path}`] = bytes;
  const opened = await read(await zipped(files), 'q.zip');
  expect(opened.questions).toEqual(generated(0));
  expect(opened.pictures.size).toBe(opened.questions.length);

  const [picture] = Object.keys(files);
  const { [picture]: taken, ...others } = files;
  await expect(read(await zipped(others), 'q.zip')).rejects.toThrow(
    /^q\.zip, a\/b\/questions\.jsonl, line \d+: images: "images\/[^"]+" is not in q\.zip$/,
  );
  const svg = new TextEncoder().encode('<svg/>');
  await expect(read(await zipped({ ...files, [picture]: svg }), 'q.zip')).rejects.toThrow(
    'image: is neither PNG',
  );
  await expect(read(await zipped({ 'other.jsonl': taken }), 'q.zip')).rejects.toThrow(
    'q.zip holds no questions.jsonl',
  );
  const damaged = await zipped(files);
  damaged[damaged.length >> 1] ^= 1;
  await expect(read(damaged, 'q.zip')).rejects.toThrow(/damaged|cut short/);
});

test('Hugging Face datasets is told which column is a picture', async () => {
  const bytes = await writeQuestionParquet(generated(0), image);
  const { key_value_metadata } = parquetMetadata(bytes.buffer);
  const value = key_value_metadata!.find(({ key }) => key === 'huggingface')!.value!;
  const { info } = JSON.parse(value) as { info: { features: Record<string, unknown> } };
  expect(info.features.image).toEqual({ _type: 'Image' });
  expect(info.features.points).toEqual({ feature: { dtype: 'float64', _type: 'Value' }, _type: 'Sequence' });
});

const QUESTION = generated(1)[0];
const line = (changes: object) => JSON.stringify({ ...QUESTION, ...changes });

test.each<[string, string, string]>([
  ['no JSON', '{', 'bad.jsonl, line 1: is no JSON'],
  ['nothing', '\n \n', 'bad.jsonl holds no question'],
  ['a number', '5', 'bad.jsonl, line 1: the whole: '],
  ['a second line at fault', `${line({})}\n${line({ kind: 'pose' })}`, 'bad.jsonl, line 2: kind: '],
  ['an answer beyond the options', line({ answer: 'H' }), 'line 1: answer: is the letter of no option'],
  ['no picture', line({ prompt: 'x' }), 'line 1: prompt: needs exactly one <image>'],
  [
    'options that the prompt has not',
    line({ options: ['a', 'b'], points: null, kind: 'movement' }),
    'line 1: prompt: does not hold',
  ],
  ['a field too many', line({ extra: 1 }), 'line 1: extra: '],
  ['an endless position', line({ state: [1, 2, null] }), 'line 1: state.2: '],
  ['points of a movement', line({ kind: 'movement' }), 'line 1: points: must be as many'],
  ['an id twice', `${line({})}\n${line({})}`, 'stands at bad.jsonl, line 1 already'],
  ['rows of others', '{"problem": "<image>", "answer": "A", "images": []}', 'line 1: question: is missing'],
  [
    'a row that contradicts itself',
    JSON.stringify({ problem: 'x', answer: 'A', question: line({}) }),
    'line 1: problem: is not that',
  ],
  ['a long line', `"${'x'.repeat(100_001)}"`, 'line 1: is 100003 characters long'],
])('refuses %s', async (_, text, message) => {
  const refused = read(text, 'bad.jsonl');
  await expect(refused).rejects.toThrow(message);
  await expect(refused).rejects.toThrow(/^bad\.jsonl[^\n]+$/);
});

test('refuses a parquet file of something else, and a picture that is none', async () => {
  const other = parquetFile([{ name: 'id', kind: 'text', rows: ['a'] }]);
  await expect(read(other, 'bad.parquet')).rejects.toThrow('bad.parquet: has no column kind');
  await expect(read('PAR1 and no more', 'bad.parquet')).rejects.toThrow('bad.parquet: is no parquet file');
  const bytes = await writeQuestionParquet(generated(0), image);
  const [picture] = await Promise.all(generated(0).map(image));
  const at = Buffer.from(bytes).indexOf(picture.bytes);
  bytes.set([60, 115, 118, 103], at);
  await expect(read(bytes, 'bad.parquet')).rejects.toThrow('bad.parquet, row 1: image: is neither PNG');
});

const question = (changes: Partial<Question>): Question => ({ ...QUESTION, ...changes });
const named = (id: string) => question({ id });
const NUL_DESCRIPTION = QUESTION.prompt.replace('<image>', `<image>${'\0'.repeat(17_000)}`);

test.each<[string, Question[], string]>([
  ['no question', [], 'no question to write'],
  [
    'more questions than are read',
    Array.from({ length: 200_001 }, () => QUESTION),
    '200001 questions are more than the 200000',
  ],
  [
    'a task too long',
    [named('good'), question({ task: 'x'.repeat(4001) })],
    `question ${JSON.stringify(QUESTION.id)}: task: has 4001 characters, at most 4000 are read`,
  ],
  [
    'a prompt too long',
    [question({ prompt: 'x'.repeat(20_000) + QUESTION.prompt })],
    `question ${JSON.stringify(QUESTION.id)}: prompt: has `,
  ],
  ['two pictures', [question({ prompt: '<image>' + QUESTION.prompt })], 'prompt: needs exactly one <image>'],
  ['half of a character', [question({ task: '\ud83e' })], 'task: holds half of a character'],
  ['a mark at the start', [question({ task: '\ufeffpush' })], 'task: starts with a byte order mark'],
  ['an endless position', [question({ state: [0, 0, Infinity] })], 'state.2: '],
  [
    'an id twice',
    [named('a'), named('b'), named('a')],
    'question "a": id: "a" stands at question "a" already',
  ],
])('writes no file of %s: it could not be read', async (_, questions, message) => {
  expect(() => writeQuestionLines(questions)).toThrow(message);
  await expect(writeQuestionParquet(questions, image)).rejects.toThrow(message);
  await expect(questionFiles(questions, image).next()).rejects.toThrow(message);
});

test('writes no line that is longer than those that are read', async () => {
  const long = [question({ prompt: NUL_DESCRIPTION })];
  const message = /^question "[^]+": takes a line of \d+ characters, at most 100000 are read/;
  expect(() => writeQuestionLines(long)).toThrow(message);
  const files = questionFiles(long, image);
  await files.next();
  await expect(files.next()).rejects.toThrow(message);
});

test('writes no picture that would not be shown', async () => {
  const svg = () =>
    Promise.resolve({ bytes: new TextEncoder().encode('<svg/>'), mime: 'image/png' as const });
  await expect(writeQuestionParquet([QUESTION], svg)).rejects.toThrow(/^question ".*image: is neither PNG/);
  await expect(questionFiles([QUESTION], svg).next()).rejects.toThrow(/^question ".*image: is neither PNG/);
});

test('a negative zero in a file is zero', async () => {
  const text = JSON.stringify(QUESTION).replace(/"state":\[[^,]+/, '"state":[-0');
  const [read_] = (await read(text, 'q.jsonl')).questions;
  expect(read_.state).toEqual([0, QUESTION.state[1], QUESTION.state[2]]);
});
