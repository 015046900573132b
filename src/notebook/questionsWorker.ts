/** Makes and reads questions away from the page's thread: a thousand take longer than a frame. */
import { expose } from 'comlink';
import type { Demonstration } from '../demos/demonstration.ts';
import { makeQuestions } from '../questions/generate.ts';
import type { QuestionSettings } from '../questions/question.ts';
import { checkQuestionSettings } from '../questions/settingsSchema.ts';

const face = {
  /** @throws Error naming the setting at fault. */
  makeQuestions(demos: Demonstration[], settings: QuestionSettings) {
    return makeQuestions(demos, checkQuestionSettings(settings, 'question settings'));
  },
  /** @throws Error naming the file, the line or row and the field. */
  async readQuestions(blob: Blob, name: string) {
    const { readQuestions } = await import('../fullscale/readQuestions.ts');
    return readQuestions(blob, name);
  },
};

export type QuestionsWorker = typeof face;

expose(face);
