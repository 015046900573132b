import { DEFAULT_QUESTION_SETTINGS } from '../../questions/question.ts';
import type { ListedRun } from '../../runs/runs.ts';
import { DEFAULT_GRPO_CONFIG } from '../../training/grpoConfig.ts';

/** A stored run of the defaults, but for what is given. */
export function listedRun(given: Partial<ListedRun> = {}): ListedRun {
  return {
    id: given.name ?? 'run',
    name: 'run',
    created: '2026-01-01T00:00:00Z',
    checkpoint: 'tiny',
    bundle: { name: 'tabletop.zip', sha256: null },
    question_settings: DEFAULT_QUESTION_SETTINGS,
    test_fraction: 0.5,
    config: DEFAULT_GRPO_CONFIG,
    steps: 0,
    metrics: null,
    tags: [],
    notes: '',
    parent: null,
    bytes: 0,
    ...given,
  };
}
