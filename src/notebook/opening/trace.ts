import type { Kind, OptionLetter } from '../../questions/question.ts';
import type { Reward } from '../../questions/reward.ts';
import recorded from './trace.json';

export interface RecordedAnswer {
  kind: Kind;
  options: string[];
  answer: OptionLetter;
  tokens: string[];
  terminated: boolean;
  reward: Reward;
}

/** As src/node/openingTrace.ts wrote it. */
export const trace = recorded as {
  checkpoint: string;
  task: string;
  demonstration: string;
  frame: number;
  answers: RecordedAnswer[];
};
