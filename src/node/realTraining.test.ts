/** The loop with the real policy and learner, on a checkpoint of a few kilobytes. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readConfig } from '../checkpoint/config.ts';
import { initAdapter } from '../checkpoint/initAdapter.ts';
import { readJson } from '../checkpoint/source.ts';
import { createLearner } from '../learner/createLearner.ts';
import type { Completion, Policy } from '../policy/policy.ts';
import { LETTERS } from '../questions/question.ts';
import { grpo } from '../training/grpo.ts';
import { sft, type SftConfig, type SftStep } from '../training/sft.ts';
import { DEFAULT_GRPO_CONFIG, type GrpoConfig } from '../training/grpoConfig.ts';
import { toyQuestion } from '../training/testing/toyModel.ts';
import type { TrainedStep, TrainingState } from '../training/trainingState.ts';
import { folderSource } from './checkpointFolder.ts';
import { openPolicy } from './openPolicy.ts';

const TINY = fileURLToPath(new URL('../../test/fixtures/tiny-smolvlm', import.meta.url));
const PIXEL = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=='),
  (character) => character.charCodeAt(0),
);
const SLOW = 300_000;
const terminal = {
  note: () => undefined,
  progress: () => undefined,
  signal: new AbortController().signal,
};

const CONFIG: GrpoConfig = {
  ...DEFAULT_GRPO_CONFIG,
  max_steps: 4,
  num_generations: 4,
  generation_batch_size: 8,
  sampling: { ...DEFAULT_GRPO_CONFIG.sampling, max_completion_length: 6 },
};

/** A checkpoint of random weights writes nothing legible: its first token stands for an answer. */
function legible(policy: Policy): Policy {
  const answer = ({ ids }: Completion) => `<think></think><answer>[[${LETTERS[ids[0] % 4]}]]</answer>`;
  const answered = (completion: Completion) => ({ ...completion, text: answer(completion) });
  return {
    device: policy.device,
    checkpoint: policy.checkpoint,
    encode: (prompt, image) => policy.encode(prompt, image),
    encodeResponse: (text) => policy.encodeResponse(text),
    generate: async (...args) => (await policy.generate(...args)).map(answered),
    generateBatch: async (...args) =>
      (await policy.generateBatch(...args)).map((group) => group.map(answered)),
    optionScores: (...args) => policy.optionScores(...args),
    letterTrace: (...args) => policy.letterTrace(...args),
    setAdapter: (adapter) => policy.setAdapter(adapter),
    dispose: () => policy.dispose(),
  };
}

test.each<[string, Partial<GrpoConfig>]>([
  ['as by default', {}],
  [
    'with two updates a rollout, a KL term and a falling rate',
    {
      num_iterations: 2,
      loss: { ...CONFIG.loss, beta: 0.04, loss_type: 'dr_grpo' },
      lr_scheduler_type: 'cosine',
      warmup_steps: 1,
      advantage_estimator: 'rloo',
      online_filtering: true,
      max_try_make_batch: 2,
    },
  ],
])(
  'four steps equal what is stopped after any of them and resumed, bit for bit, %s; policy and learner are one function',
  async (_, changes) => {
    const source = folderSource(TINY);
    const policy = legible(await openPolicy(TINY, { terminal }));
    const learner = await createLearner(source, { device: 'wasm' });
    const start = initAdapter(readConfig(await readJson(source, 'config.json')), CONFIG.lora, 0);
    const context = {
      policy,
      learner,
      questions: Array.from({ length: 5 }, (_, i) => toyQuestion(i)),
      images: () => Promise.resolve({ bytes: PIXEL, mime: 'image/png' as const }),
    };
    const train = async (resume?: TrainingState, stop = Infinity) => {
      const steps: TrainedStep[] = [];
      for await (const step of grpo(context, { ...CONFIG, ...changes }, { resume })) {
        steps.push(step);
        if (step.step === stop) break;
      }
      return steps;
    };

    await learner.setAdapter(start);
    const whole = await train();
    const timeless = ({ metrics, groups, state }: TrainedStep) => ({
      metrics: { ...metrics, step_time: 0 },
      groups,
      state,
    });
    for (const stop of [1, 2, 3]) {
      await learner.setAdapter(start);
      const begun = await train(undefined, stop);
      const resumed = await train(structuredClone(begun[stop - 1].state));
      expect([...begun, ...resumed].map(timeless)).toEqual(whole.map(timeless));
    }

    const updated = whole.filter(({ metrics }) => !metrics.update_skipped);
    expect(updated.length).toBeGreaterThan(1);
    for (const { metrics } of updated) {
      expect(metrics.grad_norm).toBeGreaterThan(0);
      expect(metrics['sampling/sampling_logp_difference/max']).toBeLessThan(1e-3);
    }
    const trained = whole[3].state.adapter.modules['layers.0.self_attn.q_proj'];
    expect(trained.B.some((value) => value !== 0)).toBe(true);
    await policy.dispose();
    await learner.dispose();
  },
  SLOW,
);

test(
  'supervised steps make the given responses likelier, and resume bit for bit',
  async () => {
    const source = folderSource(TINY);
    const policy = await openPolicy(TINY, { terminal });
    const learner = await createLearner(source, { device: 'wasm' });
    const config: SftConfig = {
      num_train_epochs: 2,
      per_device_train_batch_size: 2,
      lr_scheduler_type: 'cosine',
      warmup_steps: 1,
      optimizer: { ...CONFIG.optimizer, learning_rate: 1e-2 },
      lora: CONFIG.lora,
      seed: 0,
    };
    const context = {
      policy,
      learner,
      examples: [0, 1, 2].map((i) => ({
        question: toyQuestion(i),
        response: '<think> 0.25 </think> <answer> [[B]] </answer>',
      })),
      images: () => Promise.resolve({ bytes: PIXEL, mime: 'image/png' as const }),
    };
    const train = async (resume?: TrainingState) => {
      const steps: SftStep[] = [];
      for await (const step of sft(context, config, { resume })) steps.push(step);
      return steps;
    };
    await learner.setAdapter(initAdapter(readConfig(await readJson(source, 'config.json')), config.lora, 0));
    const whole = await train();
    expect(whole.map(({ metrics }) => metrics.learning_rate)).toEqual([0, 1e-2, 5e-3]);
    expect(whole[2].metrics.loss).toBeLessThan(whole[0].metrics.loss);
    const resumed = await train(structuredClone(whole[0].state));
    const timeless = ({ metrics, state }: SftStep) => ({ metrics: { ...metrics, step_time: 0 }, state });
    expect(resumed.map(timeless)).toEqual(whole.slice(1).map(timeless));
    await policy.dispose();
    await learner.dispose();
  },
  SLOW,
);
