import { seededRandom, shuffled } from '../demos/random.ts';
import { KINDS, type Question } from '../questions/question.ts';

/** At most `count` questions, as many of each kind as can be had, drawn by seed; in the order they were given. */
export function pickQuestions(questions: Question[], count: number, seed: number): Question[] {
  const piles = KINDS.map((kind) =>
    shuffled(
      seededRandom(seed, 'pick', kind),
      questions.filter((question) => question.kind === kind),
    ),
  );
  const rounds = Array.from({ length: Math.max(...piles.map((pile) => pile.length)) }, (_, i) => i);
  const inTurn = rounds.flatMap((i) => piles.flatMap((pile) => pile.slice(i, i + 1)));
  const picked = new Set(inTurn.slice(0, count));
  return questions.filter((question) => picked.has(question));
}
