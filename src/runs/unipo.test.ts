import * as v from 'valibot';
import { expect, test } from 'vitest';
import { grpo } from '../training/grpo.ts';
import { DEFAULT_GRPO_CONFIG, type GrpoConfig } from '../training/grpoConfig.ts';
import type { StepRecord } from '../training/stepRecord.ts';
import { toyImage, ToyLearner, ToyPolicy, toyQuestion } from '../training/testing/toyModel.ts';
import { unipoRun } from './unipo.ts';
import { unipoSchema } from './unipoSchema.ts';

const QUESTIONS = Array.from({ length: 6 }, (_, i) => toyQuestion(i));
const CONFIG: GrpoConfig = { ...DEFAULT_GRPO_CONFIG, max_steps: 2, generation_batch_size: 40 };

async function run(config = CONFIG) {
  const context = {
    policy: new ToyPolicy(),
    learner: new ToyLearner(),
    questions: QUESTIONS,
    images: toyImage,
  };
  const records: StepRecord[] = [];
  for await (const trained of grpo(context, config)) records.push(trained);
  return { checkpoint: 'toy', bundle: { name: 'toy.zip', sha256: null }, config, records };
}

const promptOf = (id: string) => QUESTIONS.find((q) => q.id === id)?.prompt;

test('a trained run is sound by the schema, also after JSON', async () => {
  const written = unipoRun(await run(), promptOf);
  expect(v.parse(unipoSchema, JSON.parse(JSON.stringify(written)))).toEqual(
    JSON.parse(JSON.stringify(written)),
  );
  expect(written.entries.map((e) => e.step)).toEqual([0, 1]);
  const [first] = written.entries[0].prompts;
  expect(written.entries[0].prompts).toHaveLength(3);
  expect(first.prompt).toBe('what? <image>');
  expect(first.responses).toHaveLength(8);
  expect(first.responses[1].id).toBe('step0_p0_sample1');
  expect(first.responses[0].tokens.token_objective).toEqual([first.responses[0].advantage]);
  expect(new Set(first.responses.map((r) => r.reward)).size).toBeGreaterThan(1);
});

test('with a KL the objective of a token is not claimed; an unknown prompt is its id', async () => {
  const loss = { ...CONFIG.loss, beta: 0.1 };
  const written = unipoRun(await run({ ...CONFIG, loss }), () => undefined);
  const [first] = written.entries[0].prompts;
  expect(first.responses[0].tokens.token_objective).toBeUndefined();
  expect(first.prompt).toMatch(/^demo\//);
});

test('the algorithm is named; what a loss without a clipped ratio wants of a token is not claimed', async () => {
  const written = unipoRun(
    await run({ ...CONFIG, loss: { ...CONFIG.loss, loss_type: 'cispo', epsilon_high: 5 } }),
    promptOf,
  );
  expect(written.header.algorithm).toBe('cispo');
  expect(written.entries[0].prompts[0].responses[0].tokens.token_objective).toBeUndefined();
  const leaveOneOut: GrpoConfig = { ...CONFIG, advantage_estimator: 'rloo' };
  expect(unipoRun(await run(leaveOneOut), promptOf).header.algorithm).toBe('rloo');
});

test('lists of unequal length are no run', async () => {
  const written = unipoRun(await run(), promptOf);
  written.entries[0].prompts[0].responses[0].tokens.ids.push(1);
  expect(v.safeParse(unipoSchema, written).success).toBe(false);
});

test('without token ids it says what to do', async () => {
  const old = await run();
  delete old.records[0].groups[0].responses[0].ids;
  old.records[0].groups.length = 1;
  expect(() => unipoRun(old, promptOf)).toThrow('step 1 was recorded without token ids');
});
