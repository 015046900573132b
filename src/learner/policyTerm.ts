/**
 * What a token adds to the loss through the ratio of new to old probability, by TRL's definitions
 * (grpo_trainer.py, _compute_loss).
 */
import type { LossSettings } from './lossSettings.ts';

export interface PolicyTerm {
  loss: number;
  /** Gradient in the logarithm of the ratio. */
  ratioSlope: number;
  /** Gradient in the token's own log-probability beside that: cispo holds the ratio fixed. */
  logprobSlope: number;
}

/** @param weight importance correction of the token. */
export function policyTerm(
  ratio: number,
  logprob: number,
  advantage: number,
  weight: number,
  settings: LossSettings,
): PolicyTerm {
  switch (settings.loss_type) {
    case 'cispo': {
      const bounded = Math.min(ratio, highClip(settings));
      const slope = -weight * advantage * bounded;
      return { loss: slope * logprob, ratioSlope: 0, logprobSlope: slope };
    }
    case 'sapo': {
      const temperature = advantage > 0 ? settings.sapo_temperature_pos : settings.sapo_temperature_neg;
      const gate = 1 / (1 + Math.exp(-temperature * (ratio - 1)));
      return {
        loss: (-weight * advantage * gate * 4) / temperature,
        ratioSlope: -weight * advantage * 4 * gate * (1 - gate) * ratio,
        logprobSlope: 0,
      };
    }
    default:
      return clippedTerm(ratio, advantage, weight, settings);
  }
}

function clippedTerm(ratio: number, advantage: number, weight: number, settings: LossSettings): PolicyTerm {
  const clipped = Math.min(Math.max(ratio, lowClip(settings)), highClip(settings));
  const bounded = settings.delta === null ? ratio : Math.min(ratio, settings.delta);
  const isClipped = clipped * advantage < bounded * advantage;
  const flat = isClipped || bounded < ratio;
  return {
    loss: -weight * advantage * (isClipped ? clipped : bounded),
    ratioSlope: flat ? 0 : -weight * advantage * ratio,
    logprobSlope: 0,
  };
}

export function lowClip({ epsilon }: LossSettings): number {
  return 1 - epsilon;
}

/** Under cispo epsilon_high bounds the ratio itself. */
export function highClip({ loss_type, epsilon, epsilon_high }: LossSettings): number {
  return loss_type === 'cispo' ? (epsilon_high ?? epsilon) : 1 + (epsilon_high ?? epsilon);
}
