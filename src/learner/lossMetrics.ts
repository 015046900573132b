/** What an update says of its loss, under TRL's names; of the groups that were scored. */
import type { ResponseLoss, ResponseTally } from './grpoLoss.ts';
import type { LearnerMetrics } from './learner.ts';
import type { LossSettings } from './lossSettings.ts';

export function lossMetrics(losses: ResponseLoss[], settings: LossSettings): LearnerMetrics {
  const tallies = losses.map(({ tally }) => tally);
  const total = (key: Exclude<keyof ResponseTally, 'importanceRatios'>) =>
    tallies.reduce((all, tally) => all + tally[key], 0);
  const tokens = Math.max(1, total('tokens'));
  const metrics: LearnerMetrics = {
    policy_loss: losses.reduce((all, { loss }) => all + loss, 0),
    entropy: total('entropy') / tokens,
    ...clipMetrics(tallies, settings),
    'sampling/sampling_logp_difference/mean': total('difference') / tokens,
    'sampling/sampling_logp_difference/max': Math.max(0, ...tallies.map((tally) => tally.maxDifference)),
  };
  if (settings.beta !== 0) metrics.kl = total('kl') / tokens;
  if (settings.entropy_coef !== 0) metrics.entropy_coef = settings.entropy_coef;
  if (settings.importance_sampling_correction) {
    const ratios = tallies.flatMap((tally) => tally.importanceRatios);
    if (ratios.length === 0) ratios.push(0);
    metrics['sampling/importance_sampling_ratio/min'] = Math.min(...ratios);
    metrics['sampling/importance_sampling_ratio/mean'] =
      ratios.reduce((all, ratio) => all + ratio, 0) / ratios.length;
    metrics['sampling/importance_sampling_ratio/max'] = Math.max(...ratios);
  }
  return metrics;
}

function clipMetrics(tallies: ResponseTally[], { loss_type }: LossSettings): LearnerMetrics {
  const total = (key: 'ratios' | 'lowClipped' | 'highClipped') =>
    tallies.reduce((all, tally) => all + tally[key], 0);
  const ratios = Math.max(1, total('ratios'));
  if (loss_type === 'sapo') return {};
  if (loss_type === 'cispo') return { cispo_clip_ratio: total('highClipped') / ratios };
  const taken = tallies.filter((tally) => tally.ratios > 0);
  const shares = (key: 'lowClipped' | 'highClipped') =>
    taken.length === 0 ? [0] : taken.map((tally) => tally[key] / tally.ratios);
  return {
    'clip_ratio/low_mean': total('lowClipped') / ratios,
    'clip_ratio/low_min': Math.min(...shares('lowClipped')),
    'clip_ratio/high_mean': total('highClipped') / ratios,
    'clip_ratio/high_max': Math.max(...shares('highClipped')),
    'clip_ratio/region_mean': (total('lowClipped') + total('highClipped')) / ratios,
  };
}
