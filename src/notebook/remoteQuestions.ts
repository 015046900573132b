import * as Comlink from 'comlink';
import type { Demonstration } from '../demos/demonstration.ts';
import type { Question, QuestionSettings } from '../questions/question.ts';
import type { ReadQuestions } from '../questions/questionParquet.ts';
import type { Form, FormRows } from './questionDownload.ts';
import type { QuestionsWorker } from './questionsWorker.ts';

let worker: Comlink.Remote<QuestionsWorker> | null = null;

function questionsWorker(): Comlink.Remote<QuestionsWorker> {
  worker ??= Comlink.wrap<QuestionsWorker>(
    new Worker(new URL('./questionsWorker.ts', import.meta.url), { type: 'module', name: 'questions' }),
  );
  return worker;
}

/** makeQuestions, in a worker. @throws Error when there is no room for distractors, or a setting is wrong. */
export function remoteQuestions(demos: Demonstration[], settings: QuestionSettings): Promise<Question[]> {
  return questionsWorker().makeQuestions(demos, settings);
}

/** Waypoint and current state in another form, in a worker. @throws Error when a setting is wrong. */
export async function remoteForm(
  demos: Demonstration[],
  settings: QuestionSettings,
  form: Exclude<Form, 'choice'>,
): Promise<FormRows> {
  if (form === 'open') return { form, rows: await questionsWorker().makeOpenQuestions(demos, settings) };
  return { form, rows: await questionsWorker().makeSftExamples(demos, settings, form) };
}

/** Multiple choice as JSON lines. @throws Error naming the question that could not be read back. */
export function remoteLines(questions: Question[]): Promise<string> {
  return questionsWorker().writeQuestionLines(questions);
}

/** JSONL, parquet or EasyR1 rows. @throws Error naming the file, the line or row and the field. */
export function readQuestionFile(file: File): Promise<ReadQuestions> {
  return questionsWorker().readQuestions(file, file.name);
}
