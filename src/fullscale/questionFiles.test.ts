import { expect, test } from 'vitest';
import { parquetMetadata } from 'hyparquet';
import { zipped } from '../../test/fixtures/fixture.ts';
import type { EncodedImage } from '../demos/demonstration.ts';
import { parquetFile } from '../demos/parquetTable.ts';
import { seededRandom } from '../demos/random.ts';
import { makeQuestions } from '../questions/generate.ts';
import { writeJsonLines } from '../questions/jsonLines.ts';
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

/** Under settings drawn at random. */
function generated(seed: number): Question[] {
  const random = seededRandom(seed, 'settings');
  const one = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)];
  return makeQuestions([reach('push "it"\n/ü'), reach('b')], {
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

test('nothing is lost on the way through any format, whatever the settings', async () => {
  for (let seed = 0; seed < 12; seed++) {
    const questions = generated(seed);
    expect((await read(writeJsonLines(questions), 'q.jsonl')).questions).toEqual(questions);

    const parquet = await read(await writeQuestionParquet(questions, image), 'q.parquet');
    expect(parquet.questions).toEqual(questions);
    for (const question of questions)
      expect(parquet.pictures.get(question.id)).toEqual(await image(question));

    const files = new Map<string, Uint8Array>();
    for await (const { path, bytes } of questionFiles(questions, image)) files.set(path, bytes);
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
  await expect(read(await zipped({ 'open.jsonl': taken }), 'q.zip')).rejects.toThrow(
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
  const text = () => Promise.resolve({ bytes: Uint8Array.of(60, 115, 118, 103), mime: 'image/png' as const });
  const bytes = await writeQuestionParquet(generated(0), text);
  await expect(read(bytes, 'bad.parquet')).rejects.toThrow('bad.parquet, row 1: image: is neither PNG');
});
