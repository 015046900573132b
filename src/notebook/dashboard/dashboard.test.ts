import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { DEFAULT_QUESTION_SETTINGS } from '../../questions/question.ts';
import { DEFAULT_GRPO_CONFIG } from '../../training/grpoConfig.ts';
import { storedRuns } from '../runs.ts';
import { Dashboard } from './dashboard.svelte.ts';

const stored = async (name: string) =>
  (await storedRuns()).create({
    name,
    checkpoint: 'embedded',
    bundle: { name: 'tabletop.zip', sha256: null },
    question_settings: DEFAULT_QUESTION_SETTINGS,
    test_fraction: 0.25,
    config: DEFAULT_GRPO_CONFIG,
  });

test('of a dashboard as it comes nothing is kept', () => {
  expect(new Dashboard().kept).toBeUndefined();
});

test('curves and runs that were chosen are chosen again', async () => {
  const { id } = await stored('the other');
  const dashboard = new Dashboard();
  dashboard.toggleMetric('zeta');
  await dashboard.toggleRun(id);
  expect(dashboard.kept).toEqual({ more: ['zeta'], overlays: [id] });

  const again = new Dashboard(dashboard.kept);
  expect(again.kept).toEqual(dashboard.kept);
  await again.reopen();
  expect([...again.overlays.values()].map(({ name }) => name)).toEqual(['the other']);
  expect(again.more).toEqual(['zeta']);
  expect(again.kept).toEqual(dashboard.kept);
});

test('a run that is stored no longer is told of, and the others are laid over all the same', async () => {
  const { id } = await stored('still there');
  const dashboard = new Dashboard({ more: [], overlays: ['gone', id] });
  await dashboard.reopen();
  expect(dashboard.error).toBe('A run that was laid over this one is not shown: there is no run "gone"');
  expect([...dashboard.overlays.keys()]).toEqual([id]);
  expect(dashboard.kept).toEqual({ more: [], overlays: [id] });
});
