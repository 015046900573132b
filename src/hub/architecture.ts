/** What can be done with a checkpoint, told from its config.json before its weights are downloaded. */
import * as v from 'valibot';
import { readConfig, type CheckpointConfig } from '../checkpoint/config.ts';

/** model_type of vision-language models that transformers.js 4.3 maps to AutoModelForImageTextToText. */
export const ASK_ONLY = [
  'llava',
  'llava_onevision',
  'llava_qwen2',
  'moondream1',
  'florence2',
  'qwen2_vl',
  'qwen2_5_vl',
  'qwen3_vl',
  'qwen3_vl_moe',
  'qwen3_5',
  'qwen3_5_moe',
  'lfm2_vl',
  'paligemma',
  'gemma3',
  'gemma3n',
  'gemma4',
  'mistral3',
  'glm_ocr',
];

export type Architecture =
  | { modelType: string; use: 'train'; config: CheckpointConfig }
  /** `why` says what keeps it from being asked and trained. */
  | { modelType: string; use: 'ask'; why: string };

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
      why: `transformers.js runs it, this notebook does not yet: it asks and trains SmolVLM (smolvlm, idefics3), and this is ${modelType}.`,
    };
  throw new Error(
    `${name} is a ${modelType}, which cannot run here: choose a vision-language model of transformers.js (smolvlm, idefics3, ${ASK_ONLY.slice(5, 9).join(', ')}, ..)`,
  );
}
