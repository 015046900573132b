/** Weights for what the learner and the sampling engine disagree on: TRL's vllm_importance_sampling_mode. */
import type { LossSettings } from './lossSettings.ts';

/**
 * One weight a token, exp(difference); in the sequence modes exp of the differences' sum for all of them.
 * "truncate" bounds it, "mask" drops what lies outside the bounds.
 * @param differences the learner's log-probability before the update minus the sampler's, a value a token.
 */
export function importanceWeights(
  differences: Float32Array,
  {
    importance_sampling_mode: mode,
    importance_sampling_clip_max: most,
    importance_sampling_clip_min: least,
  }: Pick<
    LossSettings,
    'importance_sampling_mode' | 'importance_sampling_clip_max' | 'importance_sampling_clip_min'
  >,
): number[] {
  const low = least ?? -Infinity;
  const bounded = mode.endsWith('_truncate')
    ? (ratio: number) => Math.min(Math.max(ratio, low), most)
    : (ratio: number) => (ratio < low || ratio > most ? 0 : ratio);
  if (mode.startsWith('token_')) return Array.from(differences, (value) => bounded(Math.exp(value)));
  const whole = bounded(Math.exp(differences.reduce((sum, value) => sum + value, 0)));
  return Array.from(differences, () => whole);
}
