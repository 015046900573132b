import { expect, test } from 'vitest';
import { DEFAULT_GRPO_CONFIG, type GrpoConfig } from '../../training/grpoConfig.ts';
import { algorithmOf } from './algorithms.ts';

type Changes = Partial<Omit<GrpoConfig, 'loss'>> & { loss?: Partial<GrpoConfig['loss']> };
const of = ({ loss, ...changes }: Changes) =>
  algorithmOf({ ...DEFAULT_GRPO_CONFIG, ...changes, loss: { ...DEFAULT_GRPO_CONFIG.loss, ...loss } });

test.each<[string, Changes]>([
  ['GRPO', { loss: { loss_type: 'grpo' } }],
  ['DAPO', { loss: { loss_type: 'dapo' } }],
  ['Dr. GRPO', { scale_rewards: 'none', loss: { loss_type: 'dr_grpo' } }],
  ['RLOO', { advantage_estimator: 'rloo', loss: { loss_type: 'dapo' } }],
  ['REINFORCE++', { advantage_estimator: 'reinforce_plus_plus', loss: { loss_type: 'dapo' } }],
])('a run of %s is shown as that', (name, changes) => {
  const { algorithm, but } = of(changes);
  expect([algorithm.name, but]).toEqual([name, '']);
});

test('what the lab has not is said', () => {
  const { algorithm, but } = of({ scale_rewards: 'batch', loss: { loss_type: 'cispo' } });
  expect(algorithm.name).toBe('GRPO');
  expect(but).toBe('Its run used loss_type cispo, scale_rewards batch, which the lab shows as GRPO.');
});
