/** Runs and responses, made up to show the parts of the page in their states; no result of anything. */
import type { EvaluationReport, Proportion } from '../../evaluation/report.ts';
import { scoreResponse } from '../../questions/reward.ts';
import type { RunCurves } from '../../runs/curves.ts';
import type { Run } from '../../runs/run.ts';
import type { ListedRun } from '../../runs/runs.ts';
import { DEFAULT_GRPO_CONFIG } from '../../training/grpoConfig.ts';
import type { GroupRecord, RolloutRecord, StepRecord } from '../../training/stepRecord.ts';
import { listedRun } from '../testing/listedRun.ts';
import type { Question } from '../../questions/question.ts';
import { QUESTION, QUESTIONS } from './exampleDemos.ts';

export const TOKENS = [
  '<think>',
  'gripper is at [',
  '0.25',
  ', ',
  '0.10',
  ', ',
  '0.93',
  '], so it goes down',
  '</think>',
  '<answer>',
  '[[B]]',
  '</answer>',
];
export const TEXT = TOKENS.join('');
export const LOGPROBS = [0, -0.1, -1.2, -0.01, -0.6, -0.01, -2.3, -0.4, 0, 0, -0.3, 0];
export const ENTROPIES = [0, 0.3, 1.8, 0.1, 1.1, 0.1, 1.9, 0.8, 0, 0, 0.9, 0];
export const BROKEN = ['gripper is down ', '<answer>', '[[C]]', '</answer>', ' and more'];

export const LETTER_TRACE = {
  at: [1, 2, 3, 4],
  letters: [
    [0.3, 0.2, 0.2, 0.1],
    [0.2, 0.4, 0.1, 0.1],
    [0.1, 0.6, 0.1, 0.1],
    [0.02, 0.9, 0.02, 0.02],
  ],
};

const share = (value: number): Proportion => ({ value, n: 100, low: value - 0.09, high: value + 0.09 });

export const report = (accuracy: number): EvaluationReport => ({
  accuracy: share(accuracy),
  sampled_accuracy: share(accuracy - 0.05),
  format: share(0.9),
  by_kind: {
    movement: { accuracy: share(accuracy), sampled_accuracy: share(accuracy), format: share(0.9) },
  },
  blind: false,
  questions: QUESTIONS.map(({ id }) => id),
  greedy: QUESTIONS.map((_, i) => (i < accuracy * QUESTIONS.length ? 1 : 0)),
  sampled: QUESTIONS.map((_, i) => (i % 4) / 4),
  seconds: 1,
});

/** Smooth lines that rise or fall, with a gap. */
export function exampleRun(name: string, steps: number, shift = 0): RunCurves {
  const metrics = (n: number) => {
    const grown = 1 - Math.exp(-n / 14 - shift);
    return {
      reward: 1 + 0.9 * grown,
      'rewards/accuracy/mean': 0.4 + 0.5 * grown,
      'rewards/format/mean': 0.9 + 0.1 * grown,
      'completions/mean_length': 40 - 8 * grown,
      reward_std: 0.5 - 0.3 * grown,
      frac_reward_zero_std: 0.6 * grown,
      entropy: 0.8 - 0.5 * grown,
      'clip_ratio/high_mean': 0.02 * Math.abs(Math.sin(n)),
      'clip_ratio/low_mean': 0.01 * Math.abs(Math.cos(n)),
      ...(n % 9 === 0 ? {} : { grad_norm: 0.4 + 0.1 * Math.sin(n) }),
      num_tokens: 6000 * n,
      learning_rate: 1e-3,
    };
  };
  return {
    name,
    created: '2026-01-01T00:00:00.000Z',
    method: 'grpo',
    steps: Array.from({ length: steps }, (_, i) => ({ step: i + 1, seconds: 9, metrics: metrics(i + 1) })),
    evaluations: [
      { step: 0, report: report(0.45 + shift / 9) },
      { step: 20, report: report(0.7) },
      { step: steps, report: report(0.9) },
    ],
  };
}

function rollout(tokens: string[], answer: GroupRecord['answer'], advantage: number): RolloutRecord {
  const text = tokens.join('');
  return {
    text,
    tokens,
    ids: tokens.map((_, i) => i),
    logprobs: tokens.map((_, i) => LOGPROBS[i]),
    entropies: tokens.map((_, i) => ENTROPIES[i]),
    reward: scoreResponse(text, answer),
    advantage,
    terminated: tokens !== BROKEN,
    letters: tokens === BROKEN ? null : [0.1, 0.7, 0.15, 0.05],
  };
}

function group({ id, kind, answer }: Question, zeroVariance: boolean): GroupRecord {
  const responses = zeroVariance
    ? [rollout(TOKENS, answer, 0), rollout(TOKENS, answer, 0)]
    : [rollout(TOKENS, answer, 0.9), rollout(BROKEN, answer, -0.9)];
  return { question: id, kind, answer, zeroVariance, responses };
}

const OTHER = QUESTIONS.findLast(({ answer }) => answer === QUESTION.answer)!;
const records = exampleRun('', 12).steps.map((step): StepRecord => ({
  ...step,
  groups: [group(QUESTION, false), group(OTHER, true)],
}));

/** A whole one, which no browser keeps. */
export const RUN: Run = {
  ...listedRun({
    checkpoint: 'embedded',
    name: 'made up, seed 0',
    bundle: { name: 'made-up.zip', sha256: null },
    steps: records.length,
  }),
  created: '2026-01-01T12:00:00.000Z',
  metrics: records.at(-1)!.metrics,
  records,
  evaluations: [
    { step: 0, report: report(0.45) },
    { step: 12, report: report(0.7) },
  ],
  state: null,
};

const others: Partial<ListedRun>[] = [
  {
    name: 'done',
    config: { ...DEFAULT_GRPO_CONFIG, max_steps: 40 },
    steps: 40,
    tags: ['good', 'seed 1'],
    notes: 'The habit that looks has won.',
  },
  { name: 'its child', steps: 3, parent: { id: 'done', name: 'done', step: 40 } },
  { name: 'in training', steps: 7, config: { ...DEFAULT_GRPO_CONFIG, seed: 7 } },
  { name: 'without a step' },
];

/** As the browser lists them. */
export const RUNS: ListedRun[] = others.map((run, i) =>
  listedRun({
    ...run,
    created: `2026-01-0${i + 1}T12:00:00.000Z`,
    metrics: run.steps ? records[i].metrics : null,
    bytes: 400_000 * (i + 1),
  }),
);
