/** What supervised fine-tuning shows the model for a multiple-choice question: the truth, in the form it answers in. */
import { formatRounded, OPTION_LETTERS, type Question } from './question.ts';

export const RESPONSE_FORMS = ['answer', 'reasoned'] as const;
/** The letter behind an empty thought, as the paper's direct baseline; or behind a thought that names the positions. */
export type ResponseForm = (typeof RESPONSE_FORMS)[number];

/** Numbers of the thought: as many decimals as the embedded checkpoint thinks in. */
const DECIMALS = 2;

export function supervisedResponse(question: Question, form: ResponseForm): string {
  const thought = form === 'answer' ? ' ' : reasoned(question);
  return `<think>${thought}</think> <answer>[[${question.answer}]]</answer>`;
}

function reasoned({ kind, state, target, options, answer }: Question): string {
  const gripper = `the gripper is at ${formatRounded(state, DECIMALS)}`;
  const waypoint = `the next waypoint is near ${formatRounded(target, DECIMALS)}`;
  switch (kind) {
    case 'current_state':
      return `Looking closely, ${gripper}.`;
    case 'waypoint':
      return `Looking closely, ${waypoint}.`;
    case 'movement':
      return `Looking closely, ${gripper} and ${waypoint}. So ${options[OPTION_LETTERS.indexOf(answer)]}.`;
  }
}
