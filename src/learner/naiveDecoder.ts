/** The decoder as one would write it first, in doubles, one sequence and one number at a time: what tests compare to. */
import type { Adapter } from '../checkpoint/adapter.ts';
import { dequantise } from '../checkpoint/linearWeight.ts';
import type { DecoderParameters } from './decoderParameters.ts';

type Row = number[];

/** log p and entropy of each of `ids` after the prompt. */
export function naiveScores(
  parameters: DecoderParameters,
  adapter: Adapter | null,
  promptEmbeds: Float32Array,
  ids: Int32Array,
  temperature: number,
): { logprobs: number[]; entropies: number[] } {
  const { config, embeddings } = parameters;
  const head = dequantise(parameters.head);
  const tokens = [...ids].slice(0, -1).map((id) => row(embeddings, id, config.hidden_size));
  const prompt = Array.from({ length: promptEmbeds.length / config.hidden_size }, (_, i) =>
    row(promptEmbeds, i, config.hidden_size),
  );
  let x = [...prompt, ...tokens];
  for (let layer = 0; layer < config.num_hidden_layers; layer++)
    x = decoderLayer(parameters, adapter, layer, x);
  const logprobs: number[] = [];
  const entropies: number[] = [];
  x.slice(prompt.length - 1).forEach((hidden, i) => {
    const normal = norm(hidden, parameters.norm('norm'), config.rms_norm_eps);
    const logits = Array.from(
      { length: config.vocab_size },
      (_, id) => dot(normal, head, id * config.hidden_size) / temperature,
    );
    const p = softmax(logits);
    logprobs.push(Math.log(p[ids[i]]));
    entropies.push(-p.reduce((sum, value) => sum + value * Math.log(value), 0));
  });
  return { logprobs, entropies };
}

function decoderLayer(
  parameters: DecoderParameters,
  adapter: Adapter | null,
  layer: number,
  x: Row[],
): Row[] {
  const { config, norm: normWeight } = parameters;
  const path = `layers.${layer}`;
  const linear = (module: string, input: Row) => naiveLinear(parameters, adapter, `${path}.${module}`, input);
  const inputs = x.map((h) => norm(h, normWeight(`${path}.input_layernorm`), config.rms_norm_eps));
  const [q, k] = ['q_proj', 'k_proj'].map((name) =>
    inputs.map((h, position) =>
      rope(linear(`self_attn.${name}`, h), position, config.head_dim, config.rope_theta),
    ),
  );
  const v = inputs.map((h) => linear('self_attn.v_proj', h));
  const share = config.num_attention_heads / config.num_key_value_heads;
  return x.map((h, i) => {
    const attended: Row = [];
    for (let head = 0; head < config.num_attention_heads; head++) {
      const part = (vector: Row, index: number) =>
        vector.slice(index * config.head_dim, (index + 1) * config.head_dim);
      const kv = Math.floor(head / share);
      const p = softmax(
        k.slice(0, i + 1).map((key) => dot(part(q[i], head), part(key, kv)) / Math.sqrt(config.head_dim)),
      );
      for (let c = 0; c < config.head_dim; c++)
        attended.push(p.reduce((sum, weight, j) => sum + weight * part(v[j], kv)[c], 0));
    }
    const middle = plus(h, linear('self_attn.o_proj', attended));
    const inner = norm(middle, normWeight(`${path}.post_attention_layernorm`), config.rms_norm_eps);
    const up = linear('mlp.up_proj', inner);
    const gated = linear('mlp.gate_proj', inner).map((gate, c) => (gate / (1 + Math.exp(-gate))) * up[c]);
    return plus(middle, linear('mlp.down_proj', gated));
  });
}

function naiveLinear(parameters: DecoderParameters, adapter: Adapter | null, path: string, x: Row): Row {
  const weight = parameters.linear(path);
  const dense = dequantise(weight);
  const base = Array.from({ length: weight.outFeatures }, (_, o) => dot(x, dense, o * weight.inFeatures));
  const pair = adapter?.modules[path];
  if (!adapter || !pair) return base;
  const { r, lora_alpha } = adapter.config;
  const low = Array.from({ length: r }, (_, i) => dot(x, pair.A, i * pair.in));
  return base.map((value, o) => value + (lora_alpha / r) * dot(low, pair.B, o * r));
}

function rope(x: Row, position: number, headDim: number, theta: number): Row {
  const half = headDim / 2;
  return x.map((value, c) => {
    const i = c % headDim;
    const angle = position / theta ** ((2 * (i % half)) / headDim);
    const other = i < half ? -x[c + half] : x[c - half];
    return value * Math.cos(angle) + other * Math.sin(angle);
  });
}

function norm(x: Row, weight: Float32Array, epsilon: number): Row {
  const size = Math.sqrt(dot(x, x) / x.length + epsilon);
  return x.map((value, i) => (value / size) * weight[i]);
}

function softmax(scores: Row): Row {
  const top = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - top));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** With the numbers of b from `start` on. */
function dot(a: Row, b: ArrayLike<number>, start = 0): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[start + i];
  return sum;
}

function plus(a: Row, b: Row): Row {
  return a.map((value, i) => value + b[i]);
}

function row(values: Float32Array, index: number, width: number): Row {
  return [...values.subarray(index * width, (index + 1) * width)];
}
