import { expect, test } from 'vitest';
import { grpo, type GrpoOptions, type GrpoProgress } from './grpo.ts';
import { DEFAULT_GRPO_CONFIG, type GrpoConfig } from './grpoConfig.ts';
import { toyAdapter, toyImage, ToyLearner, ToyPolicy, toyQuestion } from './testing/toyModel.ts';
import type { TrainedStep, TrainingState } from './trainingState.ts';

const QUESTIONS = Array.from({ length: 10 }, (_, i) => toyQuestion(i));

function config(changes: Partial<GrpoConfig> = {}): GrpoConfig {
  const optimizer = { ...DEFAULT_GRPO_CONFIG.optimizer, learning_rate: 0.5 };
  return { ...DEFAULT_GRPO_CONFIG, generation_batch_size: 32, max_steps: 4, optimizer, ...changes };
}

function toyContext() {
  return { policy: new ToyPolicy(), learner: new ToyLearner(), questions: QUESTIONS, images: toyImage };
}

async function steps(context: ReturnType<typeof toyContext>, config: GrpoConfig, options?: GrpoOptions) {
  const all: TrainedStep[] = [];
  for await (const step of grpo(context, config, options)) all.push(step);
  return all;
}

const timeless = ({ metrics, groups, state }: TrainedStep) => ({
  metrics: { ...metrics, step_time: 0 },
  groups,
  state,
});

test('the policy learns the rewarded answer', async () => {
  const trained = await steps(toyContext(), config({ max_steps: 25 }));
  expect(trained.map(({ step }) => step)).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
  expect(trained[0].metrics['rewards/accuracy/mean']).toBeLessThan(0.5);
  expect(trained[24].metrics['rewards/accuracy/mean']).toBeGreaterThan(0.9);
  expect(trained[24].metrics['rewards/format/mean']).toBeGreaterThan(0.9);
});

test('the policy rolls out with the adapter of the last update', async () => {
  const context = toyContext();
  for await (const { state } of grpo(context, config()))
    expect(context.policy.logits).toEqual([...state.adapter.modules.toy.A]);
});

test('a resumed run equals an unbroken one, number for number', async () => {
  const unbroken = await steps(toyContext(), config());
  const half = await steps(toyContext(), config({ max_steps: 2 }));
  const state = structuredClone(half[1].state);
  const rest = await steps(toyContext(), config(), { resume: state });
  expect([...half, ...rest].map(timeless)).toEqual(unbroken.map(timeless));
});

test.each<Partial<GrpoConfig>>([
  { advantage_estimator: 'rloo' },
  { advantage_estimator: 'reinforce_plus_plus' },
  { online_filtering: true, num_generations: 2, seed: 5 },
  { num_iterations: 2 },
  { lr_scheduler_type: 'cosine', warmup_steps: 1 },
])('a resumed run equals an unbroken one under %j', async (changes) => {
  const changed = config(changes);
  const unbroken = await steps(toyContext(), changed);
  for (const stop of [1, 3]) {
    const resume = structuredClone(unbroken[stop - 1].state);
    const rest = await steps(toyContext(), changed, { resume });
    expect(rest.map(timeless)).toEqual(unbroken.slice(stop).map(timeless));
  }
});

test('online_filtering draws further prompts until no group is flat, up to max_try_make_batch', async () => {
  const filtered = config({
    max_steps: 1,
    num_generations: 2,
    generation_batch_size: 8,
    online_filtering: true,
  });
  const context = toyContext();
  const [{ groups, metrics, state }] = await steps(context, { ...filtered, seed: 5 });
  expect(groups.filter(({ zeroVariance }) => !zeroVariance)).toHaveLength(4);
  expect(groups.at(-1)!.zeroVariance).toBe(false);
  expect(groups.length).toBeGreaterThan(4);
  expect(context.learner.updates[0]).toHaveLength(4);
  expect(state.position).toBe(groups.length);
  expect(metrics.frac_reward_zero_std).toBe((groups.length - 4) / groups.length);
  expect(new Set(context.policy.settings.map(({ seed }) => seed)).size).toBe(groups.length);

  const certain = {
    adapter: toyAdapter([-100, 100, -100, -100, -100]),
    optimizer: { step: 0, m: {}, v: {} },
  };
  const resume: TrainingState = { step: 0, position: 0, num_tokens: 0, ...certain };
  const bounded = await steps(toyContext(), { ...filtered, max_try_make_batch: 3 }, { resume });
  expect(bounded[0].groups).toHaveLength(12);
  expect(bounded[0].metrics.update_skipped).toBe(1);
});

test('REINFORCE++ learns from flat groups too: it compares across the batch', async () => {
  const context = toyContext();
  const changes = {
    max_steps: 1,
    num_generations: 2,
    seed: 5,
    advantage_estimator: 'reinforce_plus_plus',
  } as const;
  const [{ groups, metrics }] = await steps(context, config(changes));
  expect(metrics.frac_reward_zero_std).toBeGreaterThan(0);
  expect(context.learner.updates[0]).toHaveLength(groups.length);
  const all = groups.flatMap(({ responses }) => responses.map(({ advantage }) => advantage));
  expect(all.reduce((sum, advantage) => sum + advantage, 0)).toBeCloseTo(0, 8);
});

test('the learning rate follows its schedule', async () => {
  const trained = await steps(toyContext(), config({ lr_scheduler_type: 'linear', warmup_steps: 1 }));
  const rates = trained.map(({ metrics }) => metrics.learning_rate);
  [0, 1 / 2, 1 / 3, 1 / 6].forEach((rate, i) => expect(rates[i]).toBeCloseTo(rate, 10));
  expect(trained[0].state.adapter).toEqual(toyAdapter());
});

test('the seed decides; another seed gives other numbers', async () => {
  const [first] = await steps(toyContext(), config({ max_steps: 1 }));
  const [again] = await steps(toyContext(), config({ max_steps: 1 }));
  const [other] = await steps(toyContext(), config({ max_steps: 1, seed: 1 }));
  expect(timeless(again)).toEqual(timeless(first));
  expect(other.groups.map(({ question }) => question)).not.toEqual(
    first.groups.map(({ question }) => question),
  );
});

test('every rollout has its own seed', async () => {
  const context = toyContext();
  await steps(context, config());
  const seeds = context.policy.settings.map(({ seed }) => seed);
  expect(new Set(seeds).size).toBe(4 * 4);
});

test('groups without variance are counted, and are in the update for its means, KL and entropy', async () => {
  const context = toyContext();
  const [{ groups, metrics }] = await steps(context, config({ max_steps: 1, num_generations: 2, seed: 5 }));
  const flat = groups.filter((group) => group.zeroVariance).length;
  expect(flat).toBeGreaterThan(0);
  expect(metrics.frac_reward_zero_std).toBe(flat / groups.length);
  expect(context.learner.updates[0]).toHaveLength(groups.length);
  context.learner.updates[0].forEach(({ responses }, g) => {
    const [first, second] = responses.map(({ advantage }) => advantage);
    if (groups[g].zeroVariance) expect([first, second]).toEqual([0, 0]);
    else expect(first).toBeCloseTo(-second, 10);
  });
});

test.each([{ beta: 0.1 }, { entropy_coef: 0.1 }])(
  'under %j a step of flat groups learns too',
  async (loss) => {
    const context = toyContext();
    const certain = toyAdapter([-100, 100, -100, -100, -100]);
    const optimizer = { step: 0, m: {}, v: {} };
    const resume: TrainingState = { step: 0, position: 0, num_tokens: 0, adapter: certain, optimizer };
    const changed = config({ max_steps: 1, loss: { ...DEFAULT_GRPO_CONFIG.loss, ...loss } });
    const [{ groups, metrics }] = await steps(context, changed, { resume });
    expect(groups.every(({ zeroVariance }) => zeroVariance)).toBe(true);
    expect(context.learner.updates[0]).toHaveLength(groups.length);
    expect(metrics.update_skipped).toBe(0);
  },
);

test('when every group is flat there is no update, and the metrics say so', async () => {
  const context = toyContext();
  const certain = toyAdapter([-100, 100, -100, -100, -100]);
  const start: TrainingState = {
    step: 0,
    position: 0,
    num_tokens: 0,
    adapter: certain,
    optimizer: { step: 0, m: {}, v: {} },
  };
  const [{ metrics, state }] = await steps(context, config({ max_steps: 1 }), { resume: start });
  expect(context.learner.updates).toEqual([]);
  expect(metrics).toMatchObject({ update_skipped: 1, frac_reward_zero_std: 1, reward: 2, reward_std: 0 });
  expect(state).toMatchObject({ step: 1, position: 4, adapter: certain });
});

test('further iterations take the ratio to the policy before the first', async () => {
  const context = toyContext();
  const [{ groups, metrics }] = await steps(context, config({ max_steps: 1, num_iterations: 3 }));
  expect(context.learner.updates).toHaveLength(3);
  expect(metrics.update_skipped).toBe(0);
  const sampled = groups.filter((group) => !group.zeroVariance).flatMap(({ responses }) => responses);
  for (const update of context.learner.updates) {
    const telling = update.filter((_, g) => !groups[g].zeroVariance);
    const old = telling.flatMap(({ responses }) => responses.map(({ oldLogprobs }) => oldLogprobs![0]));
    old.forEach((logprob, i) => expect(logprob).toBeCloseTo(sampled[i].logprobs[0], 6));
  }
});

test('tokens are counted over the run, the prompt with every completion', async () => {
  const trained = await steps(toyContext(), config({ max_steps: 2 }));
  const perStep = 32 * (QUESTIONS[0].prompt.length + 1);
  expect(trained.map(({ metrics }) => metrics.num_tokens)).toEqual([perStep, 2 * perStep]);
  expect(trained[1].metrics.epoch).toBeCloseTo(0.8);
});

test('progress tells of every group and update', async () => {
  const seen: GrpoProgress[] = [];
  await steps(toyContext(), config({ max_steps: 1 }), { onProgress: (progress) => seen.push(progress) });
  const phases = seen.map(({ phase }) => phase);
  expect(phases.slice(0, 3)).toEqual(['rollout', 'tokens', 'scored']);
  const scored = seen.filter((progress) => progress.phase === 'scored');
  expect(scored[0].terminated).toHaveLength(scored[0].rewards.length);
  expect(phases.filter((phase) => phase === 'rollout')).toHaveLength(4);
  expect(seen.at(-1)).toMatchObject({ phase: 'update', step: 1, max_steps: 1 });
});

test('abort stops with AbortError, and the last state goes on as if nothing had happened', async () => {
  const unbroken = await steps(toyContext(), config());
  const stop = new AbortController();
  const context = toyContext();
  let last: TrainedStep | undefined;
  const run = async () => {
    const onProgress = (progress: GrpoProgress) => {
      if (progress.step === 3 && progress.phase === 'scored' && progress.group === 1) stop.abort();
    };
    for await (const step of grpo(context, config(), { signal: stop.signal, onProgress })) last = step;
  };
  await expect(run()).rejects.toMatchObject({ name: 'AbortError' });
  expect(last!.step).toBe(2);
  const rest = await steps(context, config(), { resume: last!.state });
  expect(rest.map(timeless)).toEqual(unbroken.slice(2).map(timeless));
});

test.each([
  [{ num_generations: 1 }, 'num_generations 1 is too few'],
  [{ generation_batch_size: 12 }, 'generation_batch_size 12 is not a multiple of num_generations 8'],
  [{ num_iterations: 0 }, 'num_iterations 0'],
  [{ max_try_make_batch: 0 }, 'max_try_make_batch 0'],
  [{ loss: { ...DEFAULT_GRPO_CONFIG.loss, delta: 1 } }, 'delta 1 is not above'],
  [{ sampling: { ...DEFAULT_GRPO_CONFIG.sampling, temperature: 0 } }, 'temperature 0'],
])('refuses %j', async (changes, message) => {
  await expect(steps(toyContext(), config(changes))).rejects.toThrow(message);
});

test('refuses to train on nothing', async () => {
  await expect(steps({ ...toyContext(), questions: [] }, config())).rejects.toThrow(
    'no questions to train on',
  );
});
