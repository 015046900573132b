/** What an update will hold, by the settings and the lengths of a question. */
import type { CheckpointConfig } from '../../checkpoint/config.ts';
import { ACTIVATION_BYTES, estimateMemory, type MemoryEstimate } from '../../learner/memory.ts';
import type { LoadedModel } from '../notebook.svelte.ts';
import type { TrainConfig } from '../trainConfig.ts';

export interface UpdateLengths {
  /** Tokens of a prompt, the picture's among them. */
  prompt: number;
  /** Tokens of a written response, for supervised fine-tuning; null: responses are drawn. */
  written: number | null;
}

export interface UpdateEstimate extends MemoryEstimate {
  promptLength: number;
  /** Responses to the prompt. */
  responses: number;
  /** Tokens of each, at most. */
  responseLength: number;
}

/** At its fullest: drawn responses are all taken to be of the greatest length. */
export function updateEstimate(
  checkpoint: CheckpointConfig,
  { grpo, method, sft }: TrainConfig,
  { policy, weightBits }: Pick<LoadedModel, 'weightBits'> & { policy: { device: string } },
  { prompt, written }: UpdateLengths,
): UpdateEstimate {
  const supervised = method === 'sft';
  const responses = supervised ? 1 : grpo.num_generations;
  const most = grpo.sampling.max_completion_length;
  const responseLength = supervised ? (written ?? most) : most;
  const estimate = estimateMemory(checkpoint, grpo.lora, {
    device: policy.device === 'webgpu' ? 'webgpu' : 'wasm',
    weightBits,
    promptLength: prompt,
    responseLengths: new Array<number>(responses).fill(responseLength),
    groups: supervised ? sft.per_device_train_batch_size : grpo.generation_batch_size / responses,
    activationBytes: ACTIVATION_BYTES,
    entropies: !supervised && grpo.loss.entropy_coef !== 0,
  });
  return { ...estimate, promptLength: prompt, responses, responseLength };
}
