/** GRPO's loss as one would write it first, on the naive decoder in doubles: what tests compare to. */
import type { Adapter } from '../checkpoint/adapter.ts';
import type { DecoderParameters } from './decoderParameters.ts';
import type { LearnerGroup, LearnerResponse } from './learner.ts';
import type { LossSettings } from './lossSettings.ts';
import { naiveScores } from './naiveDecoder.ts';

/** Old log-probabilities are given; without importance correction and without cispo. The entropy bonus is in. */
export function naiveLoss(
  parameters: DecoderParameters,
  groups: LearnerGroup[],
  adapter: Adapter,
  settings: LossSettings,
): number {
  const active = groups.map(({ responses }) =>
    responses.filter(({ truncated }) => !(truncated && settings.mask_truncated_completions)),
  );
  const tokensOf = (responses: LearnerResponse[]) => sum(responses.map(({ ids }) => ids.length));
  const tokens = sum(active.map(tokensOf));
  const responses = sum(groups.map((group) => group.responses.length));
  let loss = 0;
  groups.forEach(({ promptEmbeds }, g) => {
    for (const response of active[g]) {
      const score = (which: Adapter | null) =>
        naiveScores(parameters, which, promptEmbeds, response.ids, settings.temperature);
      const { logprobs, entropies } = score(adapter);
      const length = logprobs.length;
      const groupShare = groups.length * tokensOf(active[g]);
      const over = {
        grpo: responses * length,
        sapo: responses * length,
        dapo: tokens,
        cispo: tokens,
        bnpo: groupShare,
        dr_grpo: responses * settings.max_completion_length,
      }[settings.loss_type];
      loss += sum(tokenLosses(response, logprobs, score(null).logprobs, settings)) / over;
      loss -=
        (settings.entropy_coef * sum(entropies)) / (settings.loss_type === 'dapo' ? tokens : groupShare);
    }
  });
  return loss;
}

function tokenLosses(
  { oldLogprobs, advantage }: LearnerResponse,
  logprobs: number[],
  base: number[],
  settings: LossSettings,
): number[] {
  const gaps = logprobs.map((logprob, t) => logprob - oldLogprobs![t]);
  const whole = sum(gaps) / gaps.length;
  return logprobs.map((logprob, t) => {
    const ratio = Math.exp(settings.importance_sampling_level === 'sequence' ? whole : gaps[t]);
    const distance = logprob - base[t];
    const kl = { k1: distance, k2: distance ** 2 / 2, k3: Math.exp(-distance) + distance - 1 };
    return policyLoss(ratio, advantage, settings) + settings.beta * kl[settings.kl_penalty];
  });
}

function policyLoss(ratio: number, advantage: number, settings: LossSettings): number {
  if (settings.loss_type === 'sapo') {
    const t = advantage > 0 ? settings.sapo_temperature_pos : settings.sapo_temperature_neg;
    return (-advantage * 4) / t / (1 + Math.exp(t - t * ratio));
  }
  const clipped = Math.min(1 + settings.epsilon, Math.max(1 - settings.epsilon, ratio));
  const worse = Math.max(-ratio * advantage, -clipped * advantage);
  return settings.delta !== null && advantage < 0 ? Math.min(worse, -settings.delta * advantage) : worse;
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
