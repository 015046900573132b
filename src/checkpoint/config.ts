/** A SmolVLM's config.json and generation_config.json, as far as the policy and the learner need them. */
import * as v from 'valibot';
import { issueText } from '../demos/schemaIssue.ts';
import { ALL_LINEAR } from './adapter.ts';

/** The text decoder's dimensions under transformers' names. */
export interface CheckpointConfig {
  hidden_size: number;
  intermediate_size: number;
  num_hidden_layers: number;
  num_attention_heads: number;
  num_key_value_heads: number;
  head_dim: number;
  rms_norm_eps: number;
  rope_theta: number;
  vocab_size: number;
  max_position_embeddings: number;
  tie_word_embeddings: boolean;
  image_token_id: number;
  /** Any of them ends a response. */
  eos_token_ids: number[];
}

export interface GenerationConfig {
  eos_token_ids: number[];
  /** Never to be sampled: pictures and padding. */
  suppress_tokens: number[];
}

const count = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2 ** 24));
const tokenId = v.pipe(v.number(), v.integer(), v.minValue(0));
const tokenIds = v.nullish(v.union([tokenId, v.array(tokenId)]));

const configSchema = v.object({
  model_type: v.picklist(['smolvlm', 'idefics3'], 'model_type must be smolvlm or idefics3'),
  image_token_id: tokenId,
  tie_word_embeddings: v.optional(v.boolean(), false),
  eos_token_id: tokenIds,
  text_config: v.object({
    hidden_size: count,
    intermediate_size: count,
    num_hidden_layers: count,
    num_attention_heads: count,
    num_key_value_heads: v.nullish(count),
    head_dim: v.nullish(count),
    rms_norm_eps: v.optional(v.pipe(v.number(), v.minValue(0)), 1e-6),
    // transformers 5 writes rope_parameters, earlier versions rope_theta.
    rope_theta: v.nullish(v.number()),
    rope_parameters: v.nullish(
      v.object({
        rope_theta: v.number(),
        rope_type: v.optional(v.literal('default', 'rope_type must be default'), 'default'),
      }),
    ),
    vocab_size: count,
    max_position_embeddings: v.optional(count, 2048),
    hidden_act: v.optional(v.literal('silu', 'hidden_act must be silu'), 'silu'),
    eos_token_id: tokenIds,
    // What the learner does not compute.
    rope_scaling: v.nullish(v.never('rope_scaling is not supported')),
    ...Object.fromEntries(
      ['attention_bias', 'mlp_bias', 'qk_layer_norms', 'rope_interleaved'].map((name) => [
        name,
        v.nullish(v.literal(false, `${name} is not supported`)),
      ]),
    ),
  }),
});

const generationSchema = v.object({
  eos_token_id: tokenIds,
  suppress_tokens: v.nullish(v.array(tokenId)),
});

/** @throws naming the field when this is no SmolVLM that we can run. */
export function readConfig(json: unknown): CheckpointConfig {
  const config = parse(configSchema, json, 'config.json');
  const text = config.text_config;
  return {
    hidden_size: text.hidden_size,
    intermediate_size: text.intermediate_size,
    num_hidden_layers: text.num_hidden_layers,
    num_attention_heads: text.num_attention_heads,
    num_key_value_heads: text.num_key_value_heads ?? text.num_attention_heads,
    head_dim: text.head_dim ?? text.hidden_size / text.num_attention_heads,
    rms_norm_eps: text.rms_norm_eps,
    rope_theta: text.rope_parameters?.rope_theta ?? text.rope_theta ?? 10000,
    vocab_size: text.vocab_size,
    max_position_embeddings: text.max_position_embeddings,
    tie_word_embeddings: config.tie_word_embeddings,
    image_token_id: config.image_token_id,
    eos_token_ids: [config.eos_token_id ?? text.eos_token_id ?? []].flat(),
  };
}

export function readGenerationConfig(json: unknown): GenerationConfig {
  const { eos_token_id, suppress_tokens } = parse(generationSchema, json, 'generation_config.json');
  return { eos_token_ids: [eos_token_id ?? []].flat(), suppress_tokens: suppress_tokens ?? [] };
}

export interface LinearModule {
  /** E.g. "layers.0.self_attn.q_proj". */
  path: string;
  in: number;
  out: number;
}

/**
 * The decoder's linear layers that carry one of these names, in order of layers.
 * @param names as LoraConfig.target_modules, or all seven. @throws on an unknown name.
 */
export function linearModules(config: CheckpointConfig, names: string[] | 'all'): LinearModule[] {
  const wanted = names === 'all' ? ALL_LINEAR : names;
  const unknown = wanted.find((name) => !ALL_LINEAR.includes(name));
  if (unknown !== undefined)
    throw new Error(`no linear layer is called ${unknown}: choose of ${ALL_LINEAR.join(', ')}`);
  const { hidden_size: hidden, intermediate_size: inner } = config;
  const heads = config.num_attention_heads * config.head_dim;
  const kv = config.num_key_value_heads * config.head_dim;
  const shapes: Record<string, [part: string, input: number, output: number]> = {
    q_proj: ['self_attn', hidden, heads],
    k_proj: ['self_attn', hidden, kv],
    v_proj: ['self_attn', hidden, kv],
    o_proj: ['self_attn', heads, hidden],
    gate_proj: ['mlp', hidden, inner],
    up_proj: ['mlp', hidden, inner],
    down_proj: ['mlp', inner, hidden],
  };
  return Array.from({ length: config.num_hidden_layers }, (_, layer) =>
    ALL_LINEAR.filter((name) => wanted.includes(name)).map((name) => {
      const [part, input, output] = shapes[name];
      return { path: `layers.${layer}.${part}.${name}`, in: input, out: output };
    }),
  ).flat();
}

function parse<T extends v.GenericSchema>(schema: T, json: unknown, file: string): v.InferOutput<T> {
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  throw new Error(`${file}: ${issueText(result.issues[0])}`);
}
