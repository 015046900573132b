import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, test } from 'vitest';
import { ADVANTAGE_ESTIMATORS } from '../training/advantages.ts';
import { LR_SCHEDULERS } from '../training/learningRate.ts';
import { indexedDbStore, memoryStore, type KeyValue } from './keyValue.ts';
import { openRuns, type Runs } from './runs.ts';
import { CONFIG, REPORT, SETTINGS, STEPS, trainedRun } from './testing/trainedRun.ts';

let databases = 0;

test('runs of one name are told apart by a number, also those begun at once', async () => {
  const runs = openRuns(memoryStore());
  const made = await Promise.all([1, 2, 3].map(() => runs.create(SETTINGS)));
  expect(made.map(({ name }) => name)).toEqual(['first try', 'first try, 2', 'first try, 3']);
});

describe.each<[string, () => KeyValue]>([
  ['IndexedDB', () => indexedDbStore(`runs-${databases++}`)],
  ['memory', memoryStore],
])('runs in %s', (_, openStore) => {
  let store: KeyValue;
  let runs: Runs;
  beforeEach(() => {
    store = openStore();
    runs = openRuns(store);
  });

  test('what is done to a run at the same time is all kept', async () => {
    const { id } = await runs.create(SETTINGS);
    await Promise.all([
      runs.appendStep(id, STEPS[0]),
      runs.describe(id, { notes: 'looks well' }),
      runs.saveEvaluation(id, 1, REPORT),
      openRuns(store).describe(id, { name: 'renamed' }),
      runs.thin(id),
    ]);
    const run = await runs.load(id);
    expect(run).toMatchObject({ steps: 1, notes: 'looks well', name: 'renamed' });
    expect(run.records).toHaveLength(1);
    expect(run.evaluations).toHaveLength(1);
    await expect(runs.appendStep(id, STEPS[2])).rejects.toThrow('does not follow');
    await runs.appendStep(id, STEPS[1]);
    expect((await runs.load(id)).steps).toBe(2);
  });

  test('a run is found again as it was left', async () => {
    const id = await trainedRun(runs);
    const run = await openRuns(store).load(id);
    expect(run).toMatchObject({ ...SETTINGS, id, steps: 3, metrics: STEPS[2].metrics });
    expect(run.records).toEqual(STEPS.map(({ state: _, ...record }) => record));
    expect(run.state).toEqual(STEPS[2].state);
    expect(run.evaluations).toEqual([{ step: 3, report: REPORT }]);
  });

  test('a run without a step has no state', async () => {
    const { id } = await runs.create(SETTINGS);
    expect(await runs.load(id)).toMatchObject({
      steps: 0,
      records: [],
      evaluations: [],
      state: null,
      metrics: null,
    });
  });

  test('lists, describes and deletes', async () => {
    const id = await trainedRun(runs);
    const other = await runs.create({ ...SETTINGS, name: 'second try' });
    expect(await runs.describe(id, { name: ' better ' })).toMatchObject({ name: 'better', steps: 3 });
    expect((await runs.list()).runs.map(({ name }) => name).sort()).toEqual(['better', 'second try']);
    await runs.remove(id);
    expect((await runs.list()).runs.map(({ id }) => id)).toEqual([other.id]);
    expect(await store.keys()).toEqual([`run/${other.id}`]);
    await expect(runs.load(id)).rejects.toThrow(`there is no run "${id}"`);
    await expect(runs.describe(other.id, { name: '  ' })).rejects.toThrow('a run needs a name');
  });

  test('tags and notes stay, each tag once', async () => {
    const { id } = await runs.create(SETTINGS);
    await runs.describe(id, { tags: [' a ', 'b', 'a', ''], notes: 'why' });
    await runs.describe(id, { name: 'other' });
    const [listed] = (await openRuns(store).list()).runs;
    expect(listed).toMatchObject({ name: 'other', tags: ['a', 'b'], notes: 'why' });
    await expect(runs.describe(id, { notes: 'x'.repeat(20_001) })).rejects.toThrow('notes');
  });

  test('a child begins with what its parent learned, at step 0, and names it', async () => {
    const parent = await runs.load(await trainedRun(runs));
    const from = { id: parent.id, name: parent.name, step: parent.steps, state: parent.state! };
    const { id } = await runs.create({ ...SETTINGS, name: 'child' }, from);
    const child = await openRuns(store).load(id);
    expect(child).toMatchObject({ steps: 0, parent: { id: parent.id, name: 'first try', step: 3 } });
    expect(child.state).toEqual({ ...parent.state, step: 0, num_tokens: 0 });
    await runs.appendStep(id, STEPS[0]);
    expect((await runs.load(id)).steps).toBe(1);
  });

  test('the curves are the records without rollouts', async () => {
    const { steps, evaluations, name } = await runs.curves(await trainedRun(runs));
    expect(name).toBe('first try');
    expect(steps).toEqual(STEPS.map(({ step, metrics, seconds }) => ({ step, metrics, seconds })));
    expect(evaluations).toEqual([{ step: 3, report: REPORT }]);
  });

  test('thinning leaves one group a step and says what it gained', async () => {
    const id = await trainedRun(runs);
    const bytes = async () => (await runs.list()).runs[0].bytes;
    const before = await bytes();
    const gained = await runs.thin(id);
    expect(gained).toBeGreaterThan(0);
    expect(await bytes()).toBe(before - gained);
    const { records, state } = await runs.load(id);
    expect(records.map(({ groups }) => groups.length)).toEqual([1, 1, 1]);
    expect(state).toEqual(STEPS[2].state);
    expect(await runs.thin(id)).toBe(0);
  });

  test('a run of version 1 is read, with no tags, notes or parent', async () => {
    const { id } = await runs.create(SETTINGS);
    const old = { ...((await store.get(`run/${id}`)) as Record<string, unknown>) };
    for (const later of ['tags', 'notes', 'parent']) delete old[later];
    await store.setMany([[`run/${id}`, { ...old, version: 1 }]]);
    expect((await runs.list()).runs).toMatchObject([{ id, tags: [], notes: '', parent: null }]);
  });

  test('refuses a step that does not follow, and keeps what it had', async () => {
    const { id } = await runs.create(SETTINGS);
    await runs.appendStep(id, STEPS[0]);
    await expect(runs.appendStep(id, STEPS[2])).rejects.toThrow('has 1 steps, step 3 does not follow');
    await expect(runs.appendStep(id, STEPS[0])).rejects.toThrow('has 1 steps, step 1 does not follow');
    expect((await runs.load(id)).state).toEqual(STEPS[0].state);
  });

  test('a run goes through a zip unchanged, and gets a new id where its own is taken', async () => {
    const id = await trainedRun(runs);
    const zip = await runs.exportZip(id);
    const copy = await runs.importZip(zip, 'run.zip');
    expect(copy.id).not.toBe(id);
    const original = await runs.load(id);
    expect(await runs.load(copy.id)).toEqual({ ...original, id: copy.id });
    const elsewhere = openRuns(memoryStore());
    expect((await elsewhere.importZip(zip, 'run.zip')).id).toBe(id);
  });

  test('a record of another version or shape is listed as unreadable, and can be removed', async () => {
    const id = await trainedRun(runs);
    await store.setMany([
      ['run/new', { ...((await store.get(`run/${id}`)) as object), version: 99 }],
      ['run/bad', { version: 1, name: 7 }],
    ]);
    const { runs: readable, unreadable } = await runs.list();
    expect(readable).toHaveLength(1);
    expect(unreadable.find((one) => one.id === 'new')!.reason).toContain('newer notebook (version 99)');
    expect(unreadable.find((one) => one.id === 'bad')!.reason).toContain('run "bad": ');
    await runs.remove('bad');
    expect((await runs.list()).unreadable).toHaveLength(1);
  });

  test('a failed write leaves step and state as they were', async () => {
    const { id } = await runs.create(SETTINGS);
    await runs.appendStep(id, STEPS[0]);
    const broken = { ...store, setMany: () => Promise.reject(new Error('full')) };
    await expect(openRuns(broken).appendStep(id, STEPS[1])).rejects.toThrow('full');
    const run = await runs.load(id);
    expect([run.steps, run.records.length, run.state!.step]).toEqual([1, 1, 1]);
  });
});

test('a run stored before an option existed opens with what it was trained by', async () => {
  const store = memoryStore();
  const { id } = await openRuns(store).create(SETTINGS);
  const record = structuredClone((await store.get(`run/${id}`)) as { config: Record<string, unknown> });
  record.config.loss = {
    loss_type: 'dapo',
    epsilon: 0.2,
    epsilon_high: null,
    beta: 0,
    importance_sampling_correction: true,
    importance_sampling_clip_max: 3,
  };
  for (const key of [
    'advantage_estimator',
    'online_filtering',
    'max_try_make_batch',
    'lr_scheduler_type',
    'warmup_steps',
  ])
    delete record.config[key];
  await store.setMany([[`run/${id}`, record]]);
  expect((await openRuns(store).load(id)).config).toEqual(CONFIG);
});

test('a run can be stored with every estimator and schedule', async () => {
  const runs = openRuns(memoryStore());
  const configs = [
    ...ADVANTAGE_ESTIMATORS.map((advantage_estimator) => ({ ...CONFIG, advantage_estimator })),
    ...LR_SCHEDULERS.map((lr_scheduler_type) => ({ ...CONFIG, lr_scheduler_type, warmup_steps: 3 })),
  ];
  for (const config of configs) {
    const { id } = await runs.create({ ...SETTINGS, config });
    expect((await runs.load(id)).config).toEqual(config);
  }
});

test('the oldest rollouts give way when a run outgrows its budget', async () => {
  const runs = openRuns(memoryStore());
  const { id } = await runs.create(SETTINGS);
  const long = 'x'.repeat(2 ** 20);
  for (const step of STEPS) {
    const groups = step.groups.map((group) => ({
      ...group,
      responses: group.responses.map((response) => ({ ...response, text: long })),
    }));
    await runs.appendStep(id, { ...step, groups });
  }
  const { records } = await runs.load(id);
  expect(records.map(({ groups }) => groups.length)).toEqual([1, 1, 2]);
  expect(records.map(({ metrics }) => metrics)).toEqual(STEPS.map(({ metrics }) => metrics));
});
