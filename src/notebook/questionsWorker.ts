/** Makes questions away from the page's thread: a thousand take longer than a frame. */
import { expose } from 'comlink';
import { makeQuestions } from '../questions/generate.ts';

const face = { makeQuestions };

export type QuestionsWorker = typeof face;

expose(face);
