/** What an update minimises, group by group: GRPO's loss, or the likelihood of given responses. */
import { batchSizes, responseLoss, teaches, type ResponseLoss, type ScoredResponse } from './grpoLoss.ts';
import type { LearnerGroup, LearnerMetrics } from './learner.ts';
import { lossMetrics } from './lossMetrics.ts';
import type { LossSettings, ObjectiveSettings } from './lossSettings.ts';
import { supervisedMetrics, supervisedLoss, type SupervisedLoss } from './supervisedLoss.ts';

export interface Slopes {
  /** Gradient of the loss in each log-probability, a response after the other. */
  weights: Float32Array[];
  /** Gradient of the loss in each token's entropy, alike for all tokens of a response. */
  entropyWeights: number[];
}

export interface Objective {
  /** Logits are divided by it. */
  temperature: number;
  /** Log-probabilities of the base model are needed. */
  reference: boolean;
  /** The gradient of the entropies is needed. */
  entropies: boolean;
  /** False: the group at `index` has no gradient and is not to be added. */
  takes(index: number): boolean;
  /** Adds the group at `index`. */
  add(index: number, scored: ScoredResponse[]): Slopes;
  /** Of all groups added. */
  metrics(): LearnerMetrics;
}

export function objectiveOf(settings: ObjectiveSettings, groups: LearnerGroup[]): Objective {
  return settings.loss_type === 'nll' ? supervised(groups) : reinforced(settings, groups);
}

function reinforced(settings: LossSettings, groups: LearnerGroup[]): Objective {
  const batches = batchSizes(groups, settings);
  const losses: ResponseLoss[] = [];
  return {
    temperature: settings.temperature,
    reference: settings.beta !== 0,
    entropies: settings.entropy_coef !== 0,
    takes: (index) => teaches(groups[index], settings),
    add(index, scored) {
      const added = groups[index].responses.map((response, i) =>
        responseLoss(response, scored[i], settings, batches[index]),
      );
      losses.push(...added);
      return {
        weights: added.map(({ weights }) => weights),
        entropyWeights: added.map(({ entropyWeight }) => entropyWeight),
      };
    },
    metrics: () => lossMetrics(losses, settings),
  };
}

function supervised(groups: LearnerGroup[]): Objective {
  const tokens = groups.flatMap(({ responses }) => responses).reduce((sum, { ids }) => sum + ids.length, 0);
  const losses: SupervisedLoss[] = [];
  return {
    temperature: 1,
    reference: false,
    entropies: false,
    takes: () => true,
    add(_, scored) {
      const added = scored.map((response) => supervisedLoss(response, tokens));
      losses.push(...added);
      return { weights: added.map(({ weights }) => weights), entropyWeights: added.map(() => 0) };
    },
    metrics: () => supervisedMetrics(losses, tokens),
  };
}
