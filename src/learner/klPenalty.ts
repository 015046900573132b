/** Estimators of KL(policy, reference) from one token (Schulman 2020, "Approximating KL divergence"). */
import type { LossSettings } from './lossSettings.ts';

/** @returns the estimate and its gradient in the policy's log-probability. */
export function klPenalty(
  logprob: number,
  reference: number,
  estimator: LossSettings['kl_penalty'],
): { kl: number; slope: number } {
  const towardsReference = reference - logprob;
  switch (estimator) {
    case 'k1':
      return { kl: -towardsReference, slope: 1 };
    case 'k2':
      return { kl: 0.5 * towardsReference ** 2, slope: -towardsReference };
    case 'k3':
      return {
        kl: Math.exp(towardsReference) - towardsReference - 1,
        slope: 1 - Math.exp(towardsReference),
      };
  }
}
