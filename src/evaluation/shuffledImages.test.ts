import { expect, test } from 'vitest';
import type { Question } from '../questions/question.ts';
import { shuffledPartners } from './shuffledImages.ts';

const question = (demonstration: string, frame: number) =>
  ({ id: `${demonstration}/${frame}`, demonstration, frame }) as Question;

test('every question gets the picture of another demonstration, the same for the same seed', () => {
  const questions = ['a', 'b', 'c'].flatMap((d) => [0, 10, 20].map((frame) => question(d, frame)));
  const partners = shuffledPartners(questions, 1);
  expect(partners.size).toBe(9);
  for (const q of questions) expect(partners.get(q.id)!.demonstration).not.toBe(q.demonstration);
  expect(new Set([...partners.values()].map(({ id }) => id)).size).toBeGreaterThan(2);
  expect([...shuffledPartners(questions, 1)]).toEqual([...partners]);
  expect([...shuffledPartners(questions, 2)]).not.toEqual([...partners]);
});

test('within one demonstration another frame, and never its own', () => {
  const partners = shuffledPartners([question('a', 0), question('a', 10)], 0);
  expect(partners.get('a/0')!.frame).toBe(10);
  expect(() => shuffledPartners([question('a', 0)], 0)).toThrow('there is none to exchange');
});
