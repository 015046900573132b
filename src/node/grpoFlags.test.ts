import { expect, test } from 'vitest';
import { DEFAULT_GRPO_CONFIG } from '../training/grpoConfig.ts';
import { UsageError } from './command.ts';
import { flagHelp, GRPO_FLAGS, withGrpoFlags } from './grpoFlags.ts';

const flagged = (given: Parameters<typeof withGrpoFlags>[1]) => withGrpoFlags(DEFAULT_GRPO_CONFIG, given);

test('without flags nothing changes, and the defaults stay as they are', () => {
  expect(flagged({})).toEqual(DEFAULT_GRPO_CONFIG);
  const before = structuredClone(DEFAULT_GRPO_CONFIG);
  flagged({ beta: '0.1', scale_rewards: 'none' });
  expect(DEFAULT_GRPO_CONFIG).toEqual(before);
});

test('each flag sets what its name says, wherever the configuration holds it', () => {
  const given = {
    loss_type: 'cispo',
    importance_sampling_level: 'sequence',
    epsilon: '0.1',
    epsilon_high: '5',
    delta: '7',
    sapo_temperature_pos: '2',
    sapo_temperature_neg: '3',
    beta: '0.04',
    kl_penalty: 'k2',
    entropy_coef: '0.01',
    mask_truncated_completions: 'true',
    importance_sampling_correction: 'false',
    importance_sampling_mode: 'token_mask',
    importance_sampling_clip_max: '4',
    importance_sampling_clip_min: '0.5',
    advantage_estimator: 'rloo',
    scale_rewards: 'batch',
    num_iterations: '2',
    online_filtering: 'true',
    max_try_make_batch: '6',
    lr_scheduler_type: 'cosine',
    warmup_steps: '3',
    temperature: '0.9',
    top_p: '0.8',
    top_k: '50',
    min_p: '0.05',
    weight_decay: '0.01',
    max_grad_norm: '0.2',
  };
  expect(Object.keys(given)).toEqual(GRPO_FLAGS);
  const config = flagged(given);
  const flat: Record<string, unknown> = {
    ...config,
    ...config.loss,
    ...config.sampling,
    ...config.optimizer,
  };
  for (const flag of GRPO_FLAGS) expect([flag, String(flat[flag])]).toEqual([flag, given[flag]]);
  for (const flag of GRPO_FLAGS)
    expect(flat[flag], flag).toBeTypeOf(
      /^[\d.]+$/.test(given[flag]) ? 'number' : /^(true|false)$/.test(given[flag]) ? 'boolean' : 'string',
    );
  expect(flagged({ epsilon_high: 'none' }).loss.epsilon_high).toBe(null);
});

test('the help names every default', () => {
  const help = new Map(flagHelp(GRPO_FLAGS));
  expect(help.get('--loss_type X')).toContain('(dapo)');
  expect(help.get('--delta X')).toContain('(none)');
  expect(help.get('--importance_sampling_correction X')).toContain('(true)');
});

test.each<[Parameters<typeof withGrpoFlags>[1], string]>([
  [{ loss_type: 'ppo' }, '--loss_type ppo is none of grpo, dr_grpo, dapo, bnpo, cispo, sapo'],
  [{ beta: 'much' }, '--beta much is not a number from 0 to 100'],
  [{ mask_truncated_completions: 'yes' }, '--mask_truncated_completions yes is none of true, false'],
  [{ num_iterations: '0' }, '--num_iterations 0 is not a whole number of at least 1'],
  [{ loss_type: 'cispo' }, 'loss_type cispo bounds the ratio by epsilon_high'],
  [{ delta: '1.1' }, 'delta 1.1 is not above 1 + epsilon_high'],
])('%j is called wrongly', (given, message) => {
  expect(() => flagged(given)).toThrow(message);
  expect(() => flagged(given)).toThrow(UsageError);
});
