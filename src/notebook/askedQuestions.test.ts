import { expect, test } from 'vitest';
import type { Bundle } from '../demos/demonstration.ts';
import type { Question } from '../questions/question.ts';
import { askedQuestions, askedWords, asksSame, plannedWords } from './askedQuestions.ts';
import type { QuestionSource } from './trainingData.ts';

const bundle = { name: 'mine.zip' } as Bundle;
const question = (id: string, answer = 'A') => ({ id, answer }) as Question;
const source: QuestionSource = { bundle, opened: null, edits: new Map([['gone', { dropped: true }]]) };
const data = { train: [question('a'), question('b')], heldOut: [question('c')] };

test('a run keeps what it asks, and knows other questions when it goes on', async () => {
  const questions = await askedQuestions(source, data);
  expect(questions).toMatchObject({
    file: null,
    train: 2,
    held_out: 1,
    edits: [['gone', { dropped: true }]],
  });
  expect(await asksSame({ questions }, source, structuredClone(data))).toBe(true);
  for (const other of [
    { ...data, train: [question('a'), question('b', 'D')] },
    { ...data, train: [question('a')] },
    { ...data, heldOut: [question('d')] },
  ])
    expect(await asksSame({ questions }, source, other)).toBe(false);
  expect(await asksSame({}, source, data)).toBe(true);
});

test('it is told in a sentence, before and after', async () => {
  const opened = { name: 'q.jsonl', questions: [...data.train, ...data.heldOut] };
  const questions = await askedQuestions({ ...source, opened }, data);
  expect(askedWords({ questions, bundle: { name: 'mine.zip', sha256: null } })).toMatch(
    /^Trained on 2 questions of q\.jsonl, with pictures of mine\.zip, 1 question edited or dropped by hand; 1 others are held out \(SHA-256 [0-9a-f]{8}…\)\.$/,
  );
  expect(askedWords({ bundle: { name: 'mine.zip', sha256: null } })).toBe('');
  expect(plannedWords(bundle, opened, 2)).toBe(
    'Will train on the 3 questions of q.jsonl, with your 2 edits.',
  );
  expect(plannedWords(bundle, null, 0)).toBe(
    'Will train on questions of mine.zip, made by the settings above.',
  );
  expect(plannedWords(null, opened, 2)).toContain('edits and opened files play no part');
});
