import { expect, test } from 'vitest';
import { DEFAULT_GRPO_CONFIG } from './grpoConfig.ts';
import { sft, sftSteps, type SftConfig, type SftOptions, type SftStep } from './sft.ts';
import { toyImage, ToyLearner, ToyPolicy, toyQuestion, toyResponse } from './testing/toyModel.ts';

const EXAMPLES = Array.from({ length: 10 }, (_, i) => ({
  question: toyQuestion(i),
  response: toyResponse(i % 5 === 0 ? 'C' : 'B'),
}));

function config(changes: Partial<SftConfig> = {}): SftConfig {
  return {
    num_train_epochs: 3,
    per_device_train_batch_size: 4,
    lr_scheduler_type: 'cosine',
    warmup_steps: 2,
    optimizer: { ...DEFAULT_GRPO_CONFIG.optimizer, learning_rate: 0.5 },
    lora: DEFAULT_GRPO_CONFIG.lora,
    seed: 0,
    ...changes,
  };
}

const toyContext = () => ({
  policy: new ToyPolicy(),
  learner: new ToyLearner(),
  examples: EXAMPLES,
  images: toyImage,
});

async function steps(context: ReturnType<typeof toyContext>, config: SftConfig, options?: SftOptions) {
  const all: SftStep[] = [];
  for await (const step of sft(context, config, options)) all.push(step);
  return all;
}

const timeless = ({ metrics, state }: SftStep) => ({ metrics: { ...metrics, step_time: 0 }, state });

test('the given responses become likely, in the shares in which they were given', async () => {
  const context = toyContext();
  const trained = await steps(context, config({ num_train_epochs: 30 }));
  expect(trained[0].metrics.loss).toBeCloseTo(Math.log(5), 5);
  expect(trained.at(-1)!.metrics.loss).toBeLessThan(0.7);
  const weights = [...trained.at(-1)!.state.adapter.modules.toy.A].map(Math.exp);
  const sum = weights.reduce((a, b) => a + b);
  expect(weights[1] / sum).toBeGreaterThan(0.6);
  expect(weights[2] / sum).toBeGreaterThan(0.1);
});

test('every example is learned from once an epoch, and the last update holds what is left', async () => {
  const context = toyContext();
  const trained = await steps(context, config());
  expect(trained).toHaveLength(sftSteps(10, config()));
  expect(context.learner.updates.map((groups) => groups.length)).toEqual([4, 4, 4, 4, 4, 4, 4, 2]);
  expect(trained.at(-1)!.metrics.epoch).toBe(3);
  expect(trained.map(({ metrics }) => metrics.learning_rate).slice(0, 3)).toEqual([0, 0.25, 0.5]);
});

test('a resumed run equals an unbroken one, wherever it stopped', async () => {
  const unbroken = await steps(toyContext(), config());
  for (const stop of [1, 4, 7]) {
    const resume = structuredClone(unbroken[stop - 1].state);
    const rest = await steps(toyContext(), config(), { resume });
    expect(rest.map(timeless)).toEqual(unbroken.slice(stop).map(timeless));
  }
});

test('abort stops with AbortError', async () => {
  const stop = new AbortController();
  const run = steps(toyContext(), config(), {
    signal: stop.signal,
    onProgress: ({ step }) => {
      if (step === 2) stop.abort();
    },
  });
  await expect(run).rejects.toMatchObject({ name: 'AbortError' });
});

test.each<[Partial<SftConfig>, string]>([
  [{ num_train_epochs: 0 }, 'num_train_epochs 0 is not a whole number'],
  [{ per_device_train_batch_size: 1.5 }, 'per_device_train_batch_size 1.5 is not a whole number'],
])('refuses %j', async (changes, message) => {
  await expect(steps(toyContext(), config(changes))).rejects.toThrow(message);
});

test('refuses to train on nothing', async () => {
  await expect(steps({ ...toyContext(), examples: [] }, config())).rejects.toThrow(
    'no responses to train on',
  );
});
