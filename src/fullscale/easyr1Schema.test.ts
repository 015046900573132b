import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { checkSettings, flattenConfig, SCHEMA } from './easyr1Schema.ts';

test('the schema is the one last compared with EasyR1 by tools/easyr1/check_schema.py', async () => {
  const plain = Object.fromEntries(
    Object.entries(SCHEMA).map(([key, { type, nullable, default: value }]) => [
      key,
      { type, nullable, default: value },
    ]),
  );
  const golden = fileURLToPath(new URL('../../test/golden/easyr1/schema.json', import.meta.url));
  await expect(JSON.stringify(plain, null, 1) + '\n').toMatchFileSnapshot(golden);
});

test('every default has its own type', () => {
  const defaults = Object.fromEntries(Object.entries(SCHEMA).map(([key, field]) => [key, field.default]));
  expect(() => checkSettings(defaults)).not.toThrow();
});

test('refuses an unknown key and names the right one', () => {
  expect(() => checkSettings({ 'worker.actor.lr': 1e-6 })).toThrow(
    'EasyR1 has no setting "worker.actor.lr": did you mean worker.actor.optim.lr or worker.critic.optim.lr?',
  );
  expect(() => checkSettings({ 'data.constructor': 1 })).toThrow('no setting');
});

test.each([
  ['data.rollout_batch_size', 51.2, 'a whole number'],
  ['data.rollout_batch_size', '512', 'a whole number'],
  ['data.rollout_batch_size', null, 'a whole number'],
  ['data.min_pixels', 'small', 'a whole number or null'],
  ['worker.actor.optim.lr', Number.NaN, 'a number'],
  ['worker.actor.optim.betas', [0.9, '0.999'], 'a list of numbers'],
  ['trainer.logger', ['paper'], 'one of console'],
  ['algorithm.disable_kl', 'no', 'true or false'],
  ['algorithm.adv_estimator', 'dpo', 'one of gae, grpo'],
  ['worker.rollout.val_override_config', [1], 'a dictionary'],
])('refuses %s = %j', (key, value, wanted) => {
  expect(() => checkSettings({ [key]: value })).toThrow(wanted);
});

test('flattens a nested configuration, open dictionaries whole', () => {
  expect(flattenConfig({ worker: { rollout: { n: 5, val_override_config: { n: 1 } } } })).toEqual({
    'worker.rollout.n': 5,
    'worker.rollout.val_override_config': { n: 1 },
  });
});
