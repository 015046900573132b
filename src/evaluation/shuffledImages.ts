import { seededRandom, shuffled } from '../demos/random.ts';
import type { Question } from '../questions/question.ts';

/**
 * For each question another whose picture it gets: the control that keeps the pictures' look and takes their sense.
 * Partners are of another demonstration where there is one, else of another frame.
 * @returns question id to partner. @throws Error when all questions show the same frame.
 */
export function shuffledPartners(questions: Question[], seed: number): Map<string, Question> {
  const order = shuffled(seededRandom(seed, 'shuffled images'), questions);
  return new Map(
    order.map((question, i) => {
      const others = [...order.slice(i + 1), ...order.slice(0, i)];
      const partner =
        others.find((other) => other.demonstration !== question.demonstration) ??
        others.find((other) => other.frame !== question.frame);
      if (!partner)
        throw new Error(
          'all questions show the same picture, so there is none to exchange: ask more questions',
        );
      return [question.id, partner];
    }),
  );
}
