import * as Comlink from 'comlink';
import type { Demonstration } from '../demos/demonstration.ts';
import type { Question, QuestionSettings } from '../questions/question.ts';
import type { QuestionsWorker } from './questionsWorker.ts';

let worker: Comlink.Remote<QuestionsWorker> | null = null;

/** makeQuestions, in a worker. @throws Error when there is no room for distractors. */
export function remoteQuestions(demos: Demonstration[], settings: QuestionSettings): Promise<Question[]> {
  worker ??= Comlink.wrap<QuestionsWorker>(
    new Worker(new URL('./questionsWorker.ts', import.meta.url), { type: 'module', name: 'questions' }),
  );
  return worker.makeQuestions(demos, settings);
}
