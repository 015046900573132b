/** From demonstrations to what training and evaluation ask. */
import type { Bundle, Demonstration } from '../demos/demonstration.ts';
import { seededRandom, shuffled } from '../demos/random.ts';
import { KINDS, type Question, type QuestionSettings } from '../questions/question.ts';
import { splitDemonstrations } from '../questions/split.ts';
import { remoteQuestions } from './remoteQuestions.ts';

export interface TrainingData {
  train: Question[];
  /** Asked before, during and after; of demonstrations that training never sees. */
  heldOut: Question[];
}

/**
 * @param testFraction share of demonstrations held out, of every task.
 * @param heldOutCount at most so many held-out questions, the kinds in turn.
 * @throws Error when there are too few demonstrations to hold one out.
 */
export async function trainingData(
  bundle: Bundle,
  settings: QuestionSettings,
  testFraction: number,
  heldOutCount: number,
  makeQuestions: (
    demos: Demonstration[],
    settings: QuestionSettings,
  ) => Promise<Question[]> = remoteQuestions,
): Promise<TrainingData> {
  const { train, test } = splitDemonstrations(bundle.demonstrations, testFraction, settings.seed);
  if (test.length === 0) {
    throw new Error(
      `${bundle.name} has no task with two demonstrations: one must be held out, so load or record more`,
    );
  }
  return {
    train: await makeQuestions(train, settings),
    heldOut: kindsInTurn(await makeQuestions(test, settings), settings.seed).slice(0, heldOutCount),
  };
}

function kindsInTurn(questions: Question[], seed: number): Question[] {
  const piles = KINDS.map((kind) =>
    shuffled(
      seededRandom(seed, 'held out', kind),
      questions.filter((q) => q.kind === kind),
    ),
  );
  const longest = Math.max(...piles.map((pile) => pile.length));
  return Array.from({ length: longest }, (_, i) => piles.flatMap((pile) => pile.slice(i, i + 1))).flat();
}
