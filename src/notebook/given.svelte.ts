import type { Bundle } from '../demos/demonstration.ts';
import type { OpenedQuestions } from './notebook.svelte.ts';
import type { Edits } from '../questions/edits.ts';
import { DEFAULT_QUESTION_SETTINGS, type Question, type QuestionSettings } from '../questions/question.ts';
import { WrongFields } from './settings/wrongFields.svelte.ts';

/** What one cell gives to those below it. */
export class Given {
  /** Of a demonstrations cell. */
  bundle = $state.raw<Bundle | null>(null);
  /** Of a questions cell: training below makes its questions by the same settings, */
  questionSettings = $state.raw<QuestionSettings>(DEFAULT_QUESTION_SETTINGS);
  /** what stands in the fields for them and is none of them yet, */
  readonly wrong = new WrongFields();
  /** a file whose questions take the place of made ones, */
  openedQuestions = $state.raw<OpenedQuestions | null>(null);
  /** what was changed by hand, */
  questionEdits = $state.raw<Edits>(new Map());
  /** and the question shown. */
  question = $state.raw<Question | null>(null);
}
