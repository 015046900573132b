import { expect, test } from 'vitest';
import { zipped } from '../../test/fixtures/fixture.ts';
import type { EncodedImage } from '../demos/demonstration.ts';
import { makeOpenQuestions } from '../questions/openEnded.ts';
import { DEFAULT_QUESTION_SETTINGS } from '../questions/question.ts';
import { makeSftExamples } from '../questions/sft.ts';
import type { SftForm } from '../questions/sftForms.ts';
import { reach } from '../questions/testing/reach.ts';
import type { BundleFile } from './easyr1.ts';
import { openFiles, sftFiles } from './formFiles.ts';
import { readQuestions } from './readQuestions.ts';

const image = ({ frame }: { frame: number }): Promise<EncodedImage> =>
  Promise.resolve({ bytes: Uint8Array.of(frame), mime: 'image/png' });
const demos = [reach('a')];

async function all(files: AsyncIterable<BundleFile>): Promise<BundleFile[]> {
  const found: BundleFile[] = [];
  for await (const file of files) found.push(file);
  return found;
}

test('open-ended questions: each picture once, its row by the same path', async () => {
  const questions = makeOpenQuestions(demos, DEFAULT_QUESTION_SETTINGS);
  const files = await all(openFiles(questions, image));
  const pictures = files.slice(0, -2);
  expect(files.at(-2)!.path).toBe('reward.py');
  expect(pictures.length).toBe(new Set(questions.map((q) => q.frame)).size);
  const { path, bytes } = files.at(-1)!;
  expect(path).toBe('open.jsonl');
  const rows = new TextDecoder()
    .decode(bytes)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(rows).toEqual(
    questions.map((q) => ({
      problem: q.prompt,
      answer: q.answer,
      images: [pictures.find((file) => file.bytes[0] === q.frame)!.path],
    })),
  );
});

test('conversations of both forms', async () => {
  for (const form of ['direct', 'cot'] as const) {
    const examples = makeSftExamples(demos, DEFAULT_QUESTION_SETTINGS, form);
    const files = await all(sftFiles(examples, image));
    const rows = JSON.parse(new TextDecoder().decode(files.at(-1)!.bytes)) as { id: string; image: string }[];
    expect(rows.map((row) => row.id)).toEqual(examples.map((e) => e.id));
    expect(files.map((file) => file.path)).toContain(rows[0].image);
  }
});

test('neither opens as multiple choice, as a zip or unpacked: it is said which form it is and what to open', async () => {
  const open = await all(openFiles(makeOpenQuestions(demos, DEFAULT_QUESTION_SETTINGS), image));
  const of = (form: SftForm) => all(sftFiles(makeSftExamples(demos, DEFAULT_QUESTION_SETTINGS, form), image));
  for (const [files, said] of [
    [open, 'open-ended questions, whose answers are positions'],
    [await of('direct'), 'conversations for supervised fine-tuning'],
    [await of('cot'), 'conversations for supervised fine-tuning'],
  ] as const) {
    const zip = await zipped(Object.fromEntries(files.map(({ path, bytes }) => [`a/${path}`, bytes])));
    const rows = files.at(-1)!.bytes as Uint8Array<ArrayBuffer>;
    for (const [part, name] of [
      [zip, 'mine.zip'],
      [rows, 'mine.jsonl'],
    ] as const)
      await expect(readQuestions(new Blob([part]), name)).rejects.toThrow(
        `${name} holds ${said}: they have no options to choose from, so they are for trainers elsewhere. To ask or train here, open the same questions written as multiple choice`,
      );
  }
});

test('a cancel ends it between pictures', async () => {
  const controller = new AbortController();
  const files = openFiles(makeOpenQuestions(demos, DEFAULT_QUESTION_SETTINGS), image, controller.signal);
  await files.next();
  controller.abort();
  await expect(files.next()).rejects.toThrow(/abort/i);
});
