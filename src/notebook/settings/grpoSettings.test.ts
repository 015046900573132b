import { expect, test } from 'vitest';
import { DEFAULT_TRAIN_CONFIG } from '../trainConfig.ts';
import { parseNumber, readPath, sameValue } from './setting.ts';
import { MORE_SFT_SETTINGS, MORE_TRAIN_SETTINGS, TRAIN_SETTINGS } from './trainSettings.ts';

const ALL = [
  ...TRAIN_SETTINGS,
  ...MORE_TRAIN_SETTINGS.flatMap(({ settings, advanced = [] }) => [...settings, ...advanced]),
];

test('every setting stands at a value that it allows, and no path is there twice', () => {
  for (const setting of ALL) {
    const value = readPath(DEFAULT_TRAIN_CONFIG, setting.path);
    if (setting.type === 'number')
      expect(parseNumber(setting, (value as number | null)?.toString() ?? ''), setting.path).toBe(value);
    if (setting.type === 'choice')
      expect(
        setting.options.some((option) => sameValue(option.value, value)),
        setting.path,
      ).toBe(true);
    if (setting.type === 'toggle') expect(value, setting.path).toBeTypeOf('boolean');
    expect(setting.sentence).toMatch(/\.$/);
  }
  expect(new Set(ALL.map(({ path }) => path)).size).toBe(ALL.length);
});

test('every option of the loss can be set', () => {
  const loss = ALL.flatMap(({ path }) => (/^grpo\.loss\.(\w+)$/.exec(path) ?? []).slice(1));
  expect(loss.sort()).toEqual(Object.keys(DEFAULT_TRAIN_CONFIG.grpo.loss).sort());
});

test('supervised fine-tuning is set by nothing of rollouts, but for where held-out answers are cut', () => {
  const paths = MORE_SFT_SETTINGS.flatMap(({ settings, advanced = [] }) => [...settings, ...advanced]).map(
    ({ path }) => path,
  );
  expect(paths).toContain('grpo.optimizer.weight_decay');
  expect(paths.filter((path) => /loss|reward|advantage|sampling|num_/.test(path))).toEqual([
    'grpo.sampling.max_completion_length',
  ]);
});
