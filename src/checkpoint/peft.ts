/** Adapters in PEFT's files: PeftModel.from_pretrained(smolvlm, folder) loads what we write, and we read its own. */
import * as v from 'valibot';
import { issueText } from '../demos/schemaIssue.ts';
import { ALL_LINEAR, type Adapter, type LoraPair } from './adapter.ts';
import { readSafetensors, writeSafetensors, type NamedTensor } from './safetensors.ts';

export interface PeftFiles {
  'adapter_config.json': string;
  'adapter_model.safetensors': Uint8Array;
}

const PREFIX = 'base_model.model.model.text_model.';

/** PEFT's variants beside DoRA: null in a plain LoRA. */
const VARIANTS = [
  'alora_invocation_tokens',
  'layer_replication',
  'use_bdlora',
  'arrow_config',
  'kasa_config',
  'monteclora_config',
];
/** Values of init_lora_weights under which PEFT takes the first A and B out of the base weights, at each load anew. */
const CHANGES_BASE = /^(pissa|olora|corda|loftq|lora_ga)/i;

const configSchema = v.object({
  peft_type: v.literal('LORA', 'peft_type must be LORA'),
  r: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4096)),
  lora_alpha: v.pipe(v.number(), v.finite()),
  bias: v.optional(v.literal('none', 'bias must be none'), 'none'),
  use_dora: v.nullish(v.literal(false, 'DoRA is not supported')),
  use_rslora: v.nullish(v.literal(false, 'rank-stabilised scaling is not supported')),
  lora_bias: v.nullish(v.literal(false, 'lora_bias is not supported')),
  rank_pattern: v.nullish(v.strictObject({}, 'rank_pattern is not supported')),
  alpha_pattern: v.nullish(v.strictObject({}, 'alpha_pattern is not supported')),
  use_qalora: v.nullish(v.literal(false, 'QA-LoRA is not supported')),
  ...Object.fromEntries(VARIANTS.map((name) => [name, v.nullish(v.never(`${name} is not supported`))])),
  init_lora_weights: v.nullish(
    v.pipe(
      v.union([v.boolean(), v.string()]),
      v.check(
        (value) => !(typeof value === 'string' && CHANGES_BASE.test(value)),
        ({ input }) =>
          `init_lora_weights ${JSON.stringify(input)} changes the base weights: save it with PEFT's path_initial_model_for_weight_conversion, as a plain LoRA`,
      ),
    ),
  ),
  modules_to_save: v.nullish(v.pipe(v.array(v.string()), v.maxLength(0, 'modules_to_save is not supported'))),
});

/**
 * @param baseModel hub id or name of the checkpoint.
 * target_modules is a pattern, for the vision tower has layers of the same names.
 */
export function writePeft(adapter: Adapter, baseModel: string): PeftFiles {
  const { r, lora_alpha, target_modules } = adapter.config;
  const config = {
    peft_type: 'LORA',
    task_type: null,
    base_model_name_or_path: baseModel,
    inference_mode: true,
    r,
    lora_alpha,
    lora_dropout: 0,
    bias: 'none',
    fan_in_fan_out: false,
    target_modules: `.*text_model\\.layers\\..*\\.(${target_modules.join('|')})`,
  };
  const tensors = new Map<string, NamedTensor>();
  for (const [path, { A, B, in: inputs, out }] of Object.entries(adapter.modules)) {
    tensors.set(`${PREFIX}${path}.lora_A.weight`, { shape: [r, inputs], data: A });
    tensors.set(`${PREFIX}${path}.lora_B.weight`, { shape: [out, r], data: B });
  }
  return {
    'adapter_config.json': JSON.stringify(config, null, 2) + '\n',
    'adapter_model.safetensors': writeSafetensors(tensors),
  };
}

/** @throws on a LoRA variant or on layers that we do not have, naming them. */
export function readPeft(files: PeftFiles): Adapter {
  const config = readAdapterConfig(files['adapter_config.json']);
  const tensors = readSafetensors(files['adapter_model.safetensors']);
  const modules: Record<string, LoraPair> = {};
  for (const name of tensors.keys()) {
    const path = modulePath(name);
    modules[path] ??= readPair(tensors, path, config.r);
  }
  const names = new Set(Object.keys(modules).map((path) => path.slice(path.lastIndexOf('.') + 1)));
  if (names.size === 0) throw new Error('adapter_model.safetensors holds no tensors');
  const target_modules = ALL_LINEAR.filter((name) => names.has(name));
  return { config: { r: config.r, lora_alpha: config.lora_alpha, target_modules }, modules };
}

function readAdapterConfig(text: string): v.InferOutput<typeof configSchema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`adapter_config.json is no JSON: ${String(error)}`);
  }
  const result = v.safeParse(configSchema, json);
  if (result.success) return result.output;
  throw new Error(`adapter_config.json: ${issueText(result.issues[0])}`);
}

function modulePath(tensor: string): string {
  const match =
    /^base_model\.model\.(?:model\.)*text_model\.(layers\.\d+\.(?:self_attn|mlp)\.(\w+))\.lora_[AB]\.weight$/.exec(
      tensor,
    );
  if (!match || !ALL_LINEAR.includes(match[2]))
    throw new Error(`adapter tensor ${tensor} is not a LoRA of a SmolVLM decoder's linear layer`);
  return match[1];
}

function readPair(tensors: Map<string, NamedTensor>, path: string, r: number): LoraPair {
  const [a, b] = ['A', 'B'].map(
    (part) => [...tensors].find(([name]) => name.endsWith(`.${path}.lora_${part}.weight`))?.[1],
  );
  if (!a || !b) throw new Error(`the adapter has only one half of ${path}`);
  if (a.shape.length !== 2 || b.shape.length !== 2 || a.shape[0] !== r || b.shape[1] !== r)
    throw new Error(
      `the adapter's ${path} is [${a.shape.join(', ')}] and [${b.shape.join(', ')}], its rank ${r}`,
    );
  if (![a, b].every(({ data }) => data.every(Number.isFinite)))
    throw new Error(`the adapter's ${path} holds numbers that are not finite`);
  return { A: a.data, B: b.data, in: a.shape[1], out: b.shape[0] };
}
