/** Asks held-out questions, greedily and under sampling. */
import type { EncodedImage } from '../demos/demonstration.ts';
import { seededRandom } from '../demos/random.ts';
import type { Policy } from '../policy/policy.ts';
import { KINDS, type Question } from '../questions/question.ts';
import { scoreResponse } from '../questions/reward.ts';
import { proportionOfShares, wilson } from './intervals.ts';
import type { EvaluationReport, KindReport } from './report.ts';

export interface EvaluationContext {
  policy: Policy;
  questions: Question[];
  images: (question: Question) => Promise<EncodedImage>;
}

export interface EvaluationOptions {
  /** Samples of each question at temperature 1, at least 1. */
  samples: number;
  max_completion_length: number;
  seed: number;
  /** Show grey instead of the picture. */
  blind: boolean;
  signal?: AbortSignal;
  /** `correct` counts greedy answers. */
  onProgress?: (progress: { done: number; total: number; correct: number }) => void;
}

interface Result {
  question: Question;
  greedy: 0 | 1;
  format: 0 | 1;
  /** Share of the samples that are right. */
  sampled: number;
}

/** The same seed draws the same samples of a question, whichever others are asked. @throws AbortError */
export async function evaluate(
  context: EvaluationContext,
  options: EvaluationOptions,
): Promise<EvaluationReport> {
  if (!(Number.isInteger(options.samples) && options.samples >= 1))
    throw new Error(`samples ${options.samples} is not a whole number of at least 1`);
  const started = performance.now();
  const results: Result[] = [];
  let correct = 0;
  for (const question of context.questions) {
    options.signal?.throwIfAborted();
    const result = await askOne(context, question, options);
    results.push(result);
    correct += result.greedy;
    options.onProgress?.({ done: results.length, total: context.questions.length, correct });
  }
  const kinds = KINDS.map(
    (kind) => [kind, results.filter(({ question }) => question.kind === kind)] as const,
  );
  return {
    ...summarise(results),
    by_kind: Object.fromEntries(
      kinds.flatMap(([kind, own]) => (own.length > 0 ? [[kind, summarise(own)]] : [])),
    ),
    blind: options.blind,
    questions: results.map(({ question }) => question.id),
    greedy: results.map(({ greedy }) => greedy),
    sampled: results.map(({ sampled }) => sampled),
    seconds: (performance.now() - started) / 1000,
  };
}

async function askOne(
  { policy, images }: EvaluationContext,
  question: Question,
  { samples, max_completion_length, seed, blind, signal }: EvaluationOptions,
): Promise<Result> {
  const prompt = await policy.encode(question.prompt, blind ? 'blank' : await images(question));
  const settings = { top_p: 1, top_k: 0, max_completion_length, seed: questionSeed(seed, question) };
  const [best] = await policy.generate(prompt, 1, { ...settings, temperature: 0 }, { signal });
  const drawn = await policy.generate(prompt, samples, { ...settings, temperature: 1 }, { signal });
  const { accuracy, format } = scoreResponse(best.text, question.answer);
  const right = drawn.filter(({ text }) => scoreResponse(text, question.answer).accuracy === 1).length;
  return { question, greedy: accuracy, format, sampled: right / samples };
}

function summarise(results: Result[]): KindReport {
  const count = (of: (result: Result) => number) => results.reduce((sum, result) => sum + of(result), 0);
  return {
    accuracy: wilson(
      count(({ greedy }) => greedy),
      results.length,
    ),
    sampled_accuracy: proportionOfShares(results.map(({ sampled }) => sampled)),
    format: wilson(
      count(({ format }) => format),
      results.length,
    ),
  };
}

function questionSeed(seed: number, question: Question): number {
  return Math.floor(seededRandom(seed, 'evaluation', question.id)() * 2 ** 31);
}
