/** A checkpoint as `robot-r1 ask` and `robot-r1 train` take it: how fast it answers, and what one update holds. */
import type { CheckpointConfig } from '../../src/checkpoint/config.ts';
import { RANK, update } from '../../src/learner/benchSettings.ts';
import type { LearnerGroup } from '../../src/learner/learner.ts';
import { ACTIVATION_BYTES, estimateMemory } from '../../src/learner/memory.ts';
import { mostInTensors } from '../../src/learner/memory.bench.ts';
import type { TfjsLearner } from '../../src/learner/tfjsLearner.ts';
import { imagesOf, openDemonstrations } from '../../src/node/openDemonstrations.ts';
import { openModel } from '../../src/node/openTraining.ts';
import { processTerminal } from '../../src/node/terminal.ts';
import type { EncodedPrompt, Policy } from '../../src/policy/policy.ts';
import { benchRollout } from '../../src/policy/rollout.bench.ts';
import { makeQuestions } from '../../src/questions/generate.ts';
import { DEFAULT_QUESTION_SETTINGS } from '../../src/questions/question.ts';

const RESPONSES = 4;
const LENGTH = 64;
const LORA = { r: RANK, lora_alpha: 2 * RANK, target_modules: ['q_proj', 'v_proj'] };

export interface ScaleMeasures {
  parameters: Pick<CheckpointConfig, 'hidden_size' | 'num_hidden_layers' | 'vocab_size'>;
  /** Until policy and learner stand. */
  loadSeconds: number;
  promptTokens: number;
  /** Picture and prompt to embeddings. */
  encodeSeconds: number;
  /** Tokens a second of a group of four, and of as many one by one. */
  group: number;
  single: number;
  updateSeconds: number;
  /** Bytes of the learner's tensors at the fullest moment of an update, and by the formula. */
  measured: number;
  estimated: number;
  gradNorm: number;
  /** Bytes of the process: after loading, and at most. */
  loadedProcess: number;
  process: number;
}

/** @param bundle demonstrations, whose first question is asked. */
export async function measureScale(model: string, bundle: string, turns = 2): Promise<ScaleMeasures> {
  const terminal = processTerminal();
  const start = performance.now();
  const { policy, learner, shapes } = await openModel(
    model,
    { config: { lora: LORA, seed: 0 } },
    { terminal },
  );
  const loaded = performance.now();
  const loadedProcess = process.memoryUsage.rss();
  const opened = await openDemonstrations(bundle);
  const question = makeQuestions(opened.demonstrations.slice(0, 1), DEFAULT_QUESTION_SETTINGS)[0];
  const image = await imagesOf(opened)(question);
  const asked = performance.now();
  const prompt = await policy.encode(question.prompt, image);
  const encodeSeconds = since(asked);
  const rates = await benchRollout(policy, prompt, ['group', 'single'], { rows: RESPONSES, turns });
  const group = await drawnGroup(policy, prompt);
  let [updateSeconds, gradNorm] = [0, 0];
  const measured = await mostInTensors(async () => {
    const began = performance.now();
    ({ grad_norm: gradNorm } = await update(learner as TfjsLearner, [group]));
    updateSeconds = since(began);
  });
  const { peak } = estimateMemory(shapes, LORA, {
    device: 'wasm',
    weightBits: 4,
    promptLength: prompt.ids.length,
    responseLengths: group.responses.map(({ ids }) => ids.length),
    groups: 1,
    activationBytes: ACTIVATION_BYTES,
  });
  await policy.dispose();
  await learner.dispose();
  const { hidden_size, num_hidden_layers, vocab_size } = shapes;
  return {
    parameters: { hidden_size, num_hidden_layers, vocab_size },
    loadSeconds: (loaded - start) / 1000,
    promptTokens: prompt.ids.length,
    encodeSeconds,
    ...rates,
    updateSeconds,
    measured,
    estimated: peak,
    gradNorm,
    loadedProcess,
    process: process.resourceUsage().maxRSS * 1024,
  };
}

/** Random weights earn no reward, so the advantages are given. */
async function drawnGroup(policy: Policy, prompt: EncodedPrompt): Promise<LearnerGroup> {
  const sampling = { temperature: 1, top_p: 1, top_k: 0, max_completion_length: LENGTH, seed: 0 };
  const completions = await policy.generate(prompt, RESPONSES, sampling);
  return {
    promptEmbeds: prompt.embeds,
    responses: completions.map(({ ids, logprobs }, i) => ({
      ids,
      samplingLogprobs: logprobs,
      oldLogprobs: null,
      advantage: i % 2 ? -1 : 1,
    })),
  };
}

function since(start: number): number {
  return (performance.now() - start) / 1000;
}
