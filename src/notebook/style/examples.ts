/** Made up, to show the parts of the page in their states; no result of anything. */
import type { EvaluationReport, Proportion } from '../../evaluation/report.ts';
import type { RunCurves } from '../../runs/curves.ts';

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
  'B',
  '</answer>',
];
export const LOGPROBS = [0, -0.1, -1.2, -0.01, -0.6, -0.01, -2.3, -0.4, 0, 0, -0.3, 0];
export const BROKEN = ['gripper is down ', '<answer>', 'C', '</answer>', ' and more'];

const share = (value: number): Proportion => ({ value, n: 100, low: value - 0.09, high: value + 0.09 });

export const report = (accuracy: number): EvaluationReport => ({
  accuracy: share(accuracy),
  sampled_accuracy: share(accuracy - 0.05),
  format: share(0.9),
  by_kind: {
    movement: { accuracy: share(accuracy), sampled_accuracy: share(accuracy), format: share(0.9) },
  },
  blind: false,
  questions: [],
  greedy: [],
  sampled: [],
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
