/** Questions of a file of demonstrations, those to train on and those to test with. */
import { makeQuestions } from '../questions/generate.ts';
import type { StateMapping } from '../demos/stateMapping.ts';
import type { QuestionSettings } from '../questions/question.ts';
import { splitDemonstrations } from '../questions/split.ts';
import { settled } from '../questions/stateSpace.ts';
import { imagesOf, openDemonstrations } from './openDemonstrations.ts';

/**
 * The split follows the questions' seed.
 * @param note is told what a reader of the demonstrations should know
 * @throws Error when no demonstration is left to test with.
 */
export async function openSplit(
  path: string,
  settings: QuestionSettings,
  testShare: number,
  note: (remark: string) => void,
  mapping?: StateMapping,
) {
  const bundle = await openDemonstrations(path, mapping);
  bundle.remarks.forEach(note);
  const { train, test } = splitDemonstrations(bundle.demonstrations, testShare, settings.seed);
  if (test.length === 0)
    throw new Error(`${path} leaves no demonstration to test with: it needs two or more of a task`);
  const ofAll = settled(settings, bundle.demonstrations);
  return {
    train: makeQuestions(train, ofAll),
    test: makeQuestions(test, ofAll),
    demonstrations: bundle.demonstrations,
    images: imagesOf(bundle),
  };
}
