/** Makes, writes and reads questions away from the page's thread: a thousand take longer than a frame. */
import { expose } from 'comlink';
import type { Demonstration } from '../demos/demonstration.ts';
import { makeQuestions } from '../questions/generate.ts';
import { makeOpenQuestions } from '../questions/openEnded.ts';
import type { Question, QuestionSettings } from '../questions/question.ts';
import { checkQuestionSettings } from '../questions/settingsSchema.ts';
import { makeSftExamples } from '../questions/sft.ts';
import type { SftForm } from '../questions/sftForms.ts';

const face = {
  /** @throws Error naming the setting at fault. */
  makeQuestions(demos: Demonstration[], settings: QuestionSettings) {
    return makeQuestions(demos, checkQuestionSettings(settings, 'question settings'));
  },
  /** @throws as makeQuestions does */
  makeOpenQuestions(demos: Demonstration[], settings: QuestionSettings) {
    return makeOpenQuestions(demos, checkQuestionSettings(settings, 'question settings'));
  },
  /** @throws as makeQuestions does */
  makeSftExamples(demos: Demonstration[], settings: QuestionSettings, form: SftForm) {
    return makeSftExamples(demos, checkQuestionSettings(settings, 'question settings'), form);
  },
  /** @throws Error naming the question that could not be read back. */
  async writeQuestionLines(questions: Question[]) {
    const { writeQuestionLines } = await import('../questions/jsonLines.ts');
    return writeQuestionLines(questions);
  },
  /** @throws Error naming the file, the line or row and the field. */
  async readQuestions(blob: Blob, name: string) {
    const { readQuestions } = await import('../fullscale/readQuestions.ts');
    return readQuestions(blob, name);
  },
};

export type QuestionsWorker = typeof face;

expose(face);
