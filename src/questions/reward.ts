/** The rule-based reward of Robot-R1: format plus exact match (paper, 3.3: R = r_f + r_a). */
import { LETTERS, OPTION_LETTERS, type Letter, type OptionLetter } from './question.ts';

export interface ParsedResponse<L extends OptionLetter = Letter> {
  /** `<think>..</think> <answer>..</answer>` and nothing else, each tag once. */
  wellFormed: boolean;
  /** Text of the thought, null without a closed think block. */
  think: string | null;
  /** Text of the answer as written, null without a closed answer block. */
  answer: string | null;
  /** The letter when the answer is exactly one `[[X]]` of the letters asked for. */
  letter: L | null;
}

/** TRL's reward_weights, one a reward function. */
export interface RewardWeights {
  format: number;
  accuracy: number;
}

export const DEFAULT_REWARD_WEIGHTS: RewardWeights = { format: 1, accuracy: 1 };

export interface Reward {
  format: 0 | 1;
  accuracy: 0 | 1;
  /** Weighted sum. */
  total: number;
}

const WHOLE = /^\s*<think>([^]*?)<\/think>\s*<answer>([^]*?)<\/answer>\s*$/;
const TAG = /<\/?(?:think|answer)>/g;

export function parseResponse(text: string): ParsedResponse;
export function parseResponse<L extends OptionLetter>(text: string, letters: readonly L[]): ParsedResponse<L>;
export function parseResponse(
  text: string,
  letters: readonly OptionLetter[] = LETTERS,
): ParsedResponse<OptionLetter> {
  const whole = WHOLE.exec(text);
  const wellFormed = whole !== null && text.match(TAG)!.length === 4;
  const think = /<think>([^]*?)<\/think>/.exec(text)?.[1] ?? null;
  const answers = [...text.matchAll(/<answer>([^]*?)<\/answer>/g)];
  const answer = answers.length === 1 ? answers[0][1] : null;
  const inside = answer === null ? null : /^\s*\[\[([A-Z])\]\]\s*$/.exec(answer)?.[1];
  const letter = letters.find((l) => l === inside) ?? null;
  return { wellFormed, think, answer, letter };
}

/** Accuracy does not need a well-formed response, only one answer block that holds the right `[[X]]`. */
export function scoreResponse(text: string, answer: OptionLetter, weights = DEFAULT_REWARD_WEIGHTS): Reward {
  const parsed = parseResponse(text, OPTION_LETTERS);
  const format = parsed.wellFormed ? 1 : 0;
  const accuracy = parsed.letter === answer ? 1 : 0;
  return { format, accuracy, total: weights.format * format + weights.accuracy * accuracy };
}
