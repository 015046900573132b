/** What can be done with a checkpoint, told from its config.json before its weights are downloaded. */
import * as v from 'valibot';
import type { CheckpointAddress } from '../checkpoint/address.ts';
import { readConfig, type CheckpointConfig } from '../checkpoint/config.ts';
import { takesAdapter, type Precision } from './precision.ts';

/** model_type of chat models with pictures that transformers.js 4.3 maps to AutoModelForImageTextToText. */
export const ASK_ONLY = [
  'qwen2_vl',
  'qwen2_5_vl',
  'qwen3_vl',
  'qwen3_vl_moe',
  'qwen3_5',
  'qwen3_5_moe',
  'lfm2_vl',
  'llava',
  'llava_qwen2',
  'llava_onevision',
  'gemma3',
  'mistral3',
  'glm_ocr',
  'lighton_ocr',
];

/** model_type that transformers.js maps too, and why it is not asked here. */
const NOT_ASKED: Record<string, string> = {
  moondream1: 'it has no chat template: its prompt is one of its own',
  florence2: 'it takes task words for a prompt and does not chat',
  paligemma: 'it has no chat template: it completes, and does not chat',
  gemma3n: 'it wants an audio encoder beside the three files that are loaded here',
  gemma4: 'it wants an audio encoder beside the three files that are loaded here',
};

const NO_DEEPSTACK =
  ' Its exports leave DeepStack out, and transformers.js could not hand it on: it sees details less well than the whole model.';
/** model_type of which less runs here than elsewhere, and what. */
const LACKS: Record<string, string> = { qwen3_vl: NO_DEEPSTACK, qwen3_vl_moe: NO_DEEPSTACK };

export type Architecture =
  | { modelType: string; use: 'train'; config: CheckpointConfig }
  /** `why` says why it cannot be trained. */
  | { modelType: string; use: 'ask'; why: string };

/** What can be done with a checkpoint in one precision. */
export type Use = Pick<CheckpointAddress, 'askOnly' | 'policy'>;

export function useOf(architecture: Architecture, precision: Precision, name: string): Use {
  if (architecture.use === 'ask') return { policy: 'transformers', askOnly: architecture.why };
  return { policy: 'own', askOnly: takesAdapter(precision) ? null : notIn(precision, name) };
}

function notIn(precision: Precision, name: string): string {
  return `${name} can be asked in ${precision}, not trained: its decoder multiplies 8-bit integers, which take no adapter; choose q4, q4f16, fp16 or fp32 to train.`;
}

/** @throws Error that says why it cannot even be asked. */
export function architectureOf(configJson: unknown, name: string): Architecture {
  const result = v.safeParse(v.object({ model_type: v.string() }), configJson);
  if (!result.success) throw new Error(`${name}: config.json names no model_type`);
  const modelType = result.output.model_type;
  if (modelType === 'smolvlm' || modelType === 'idefics3')
    return { modelType, use: 'train', config: readConfig(configJson) };
  if (ASK_ONLY.includes(modelType))
    return {
      modelType,
      use: 'ask',
      why: `${name} can be asked, not trained: training knows SmolVLM (smolvlm, idefics3), and this is ${modelType}.${LACKS[modelType] ?? ''}`,
    };
  const why = Object.hasOwn(NOT_ASKED, modelType)
    ? `, which cannot run here: ${NOT_ASKED[modelType]}`
    : ', which cannot run here';
  throw new Error(
    `${name} is a ${modelType}${why}; choose a vision-language model of transformers.js that chats (smolvlm, idefics3, ${ASK_ONLY.join(', ')})`,
  );
}
