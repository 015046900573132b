/** From demonstrations to what training and evaluation ask. */
import type { Bundle, Demonstration } from '../demos/demonstration.ts';
import { seededRandom, shuffled } from '../demos/random.ts';
import { applyEdits, type Edits } from '../questions/edits.ts';
import { KINDS, type Question, type QuestionSettings } from '../questions/question.ts';
import { splitDemonstrations } from '../questions/split.ts';
import { settled } from '../questions/stateSpace.ts';
import { remoteQuestions } from './remoteQuestions.ts';

export interface TrainingData {
  train: Question[];
  /** Asked before, during and after; of demonstrations that training never sees. */
  heldOut: Question[];
}

/** What training asks about. */
export interface QuestionSource {
  bundle: Bundle;
  /** A file whose questions take the place of those made of the bundle. */
  opened: { name: string; questions: Question[] } | null;
  /** Made by hand on either. */
  edits: Edits;
}

/**
 * @param testFraction share of demonstrations held out, of every task.
 * @param heldOutCount at most so many held-out questions, the kinds in turn.
 * @throws Error when there are too few demonstrations to hold one out, or all questions of a side were dropped.
 */
export async function trainingData(
  { bundle, opened, edits }: QuestionSource,
  settings: QuestionSettings,
  testFraction: number,
  heldOutCount: number,
  makeQuestions: (
    demos: Demonstration[],
    settings: QuestionSettings,
  ) => Promise<Question[]> = remoteQuestions,
): Promise<TrainingData> {
  const { name } = opened ?? bundle;
  const made = opened
    ? splitQuestions(opened.questions, testFraction, settings.seed)
    : await splitMade(bundle.demonstrations, testFraction, settings, makeQuestions);
  if (!made)
    throw new Error(
      `${name} has no task with two demonstrations: one must be held out, so load or record more`,
    );
  const train = applyEdits(made.train, edits);
  const heldOut = kindsInTurn(applyEdits(made.test, edits), settings.seed).slice(0, heldOutCount);
  for (const [what, before, left] of [
    ['to train on', made.train, train],
    ['held out', made.test, heldOut],
  ] as const)
    if (heldOutCount > 0 && left.length === 0)
      throw new Error(
        `${name} has no question ${what}${before.length ? ', all were dropped by hand: undo some' : ': change the settings'}`,
      );
  return { train, heldOut };
}

interface Sides {
  train: Question[];
  test: Question[];
}

async function splitMade(
  demonstrations: Demonstration[],
  testFraction: number,
  settings: QuestionSettings,
  makeQuestions: (demos: Demonstration[], settings: QuestionSettings) => Promise<Question[]>,
): Promise<Sides | null> {
  const { train, test } = splitDemonstrations(demonstrations, testFraction, settings.seed);
  if (test.length === 0) return null;
  const ofAll = settled(settings, demonstrations);
  return { train: await makeQuestions(train, ofAll), test: await makeQuestions(test, ofAll) };
}

/** By their demonstrations, as those would be split. */
function splitQuestions(questions: Question[], testFraction: number, seed: number): Sides | null {
  const demonstrations = new Map(
    questions.map((q) => [q.demonstration, { id: q.demonstration, task: q.task }]),
  );
  const { test } = splitDemonstrations([...demonstrations.values()], testFraction, seed);
  if (test.length === 0) return null;
  const held = new Set(test.map(({ id }) => id));
  return {
    train: questions.filter((q) => !held.has(q.demonstration)),
    test: questions.filter((q) => held.has(q.demonstration)),
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
