import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, expect, test } from 'vitest';
import { goldenArray } from '../../test/golden/goldenArray.ts';
import { editedDecoder } from '../../test/golden/editedDecoder.ts';
import { goldenFile, goldenPolicy, tinyFile, tinyJson } from '../../test/golden/tinyCheckpoint.ts';
import type { Adapter } from './adapter.ts';
import { adapterFeeds } from './adapterInputs.ts';
import { readConfig } from './config.ts';
import { readEmbeddings } from './decoderWeights.ts';
import { initAdapter } from './initAdapter.ts';
import { readPeft } from './peft.ts';
import { unpackModel } from './unpack.ts';

const config = readConfig(tinyJson('config.json'));
const decoder = tinyFile('onnx/decoder_model_merged_q4.onnx');
const golden = goldenPolicy();
const prompt = goldenArray(golden.embeds);
const { hidden_size: hidden, vocab_size: vocab } = config;
let table: Float32Array;
let adapter: Adapter;

beforeAll(() => {
  table = readEmbeddings(tinyFile('onnx/embed_tokens_q4.onnx'));
  adapter = readPeft({
    'adapter_config.json': new TextDecoder().decode(goldenFile('adapter/adapter_config.json')),
    'adapter_model.safetensors': goldenFile('adapter/adapter_model.safetensors'),
  });
});

type Feeds = ReturnType<typeof adapterFeeds>;

/** Logits [length, vocab] of one row without past. */
async function logits(graph: Uint8Array, embeds: Float32Array, lora: Feeds = {}): Promise<Float32Array> {
  const session = await InferenceSession.create(graph);
  const length = embeds.length / hidden;
  const int64 = (values: number[], dims: number[]) =>
    new Tensor('int64', BigInt64Array.from(values, BigInt), dims);
  const positions = Array.from({ length }, (_, i) => i);
  const feeds: Record<string, Tensor> = {
    inputs_embeds: new Tensor('float32', embeds, [1, length, hidden]),
    attention_mask: int64(new Array<number>(length).fill(1), [1, length]),
    position_ids: int64(positions, [1, length]),
    num_logits_to_keep: int64([0], []),
  };
  for (let layer = 0; layer < config.num_hidden_layers; layer++)
    for (const part of ['key', 'value'])
      feeds[`past_key_values.${layer}.${part}`] = new Tensor('float32', new Float32Array(0), [
        1,
        config.num_key_value_heads,
        0,
        config.head_dim,
      ]);
  for (const [name, { dims, data }] of Object.entries(lora)) feeds[name] = new Tensor('float32', data, dims);
  const result = await session.run(feeds);
  return result.logits.data as Float32Array;
}

async function logprobs(graph: Uint8Array, ids: number[], lora?: Feeds): Promise<number[]> {
  const embeds = new Float32Array(prompt.length + ids.length * hidden);
  embeds.set(prompt);
  ids.forEach((id, i) =>
    embeds.set(table.subarray(id * hidden, (id + 1) * hidden), prompt.length + i * hidden),
  );
  const all = await logits(graph, embeds, lora);
  return ids.map((id, i) => {
    const start = (prompt.length / hidden - 1 + i) * vocab;
    const row = all.subarray(start, start + vocab);
    const top = Math.max(...row);
    return row[id] - top - Math.log(row.reduce((sum, x) => sum + Math.exp(x - top), 0));
  });
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);
}

test('the decoder gives the logits of Python transformers', async () => {
  const last = (await logits(decoder, prompt)).subarray(-vocab);
  expect(largestDifference(last, goldenArray(golden.logits))).toBeLessThan(1e-4);
});

test.each([false, true])('an adapter gives the log-probabilities of PEFT (unpack: %s)', async (unpack) => {
  const graph = editedDecoder(decoder, config, 'all', unpack);
  for (const { ids, logprobs: base, adapter_logprobs } of golden.responses) {
    expect(
      largestDifference(await logprobs(graph, ids, adapterFeeds(null, config, 'all')), base),
    ).toBeLessThan(1e-4);
    const adapted = await logprobs(graph, ids, adapterFeeds(adapter, config, 'all'));
    expect(largestDifference(adapted, adapter_logprobs)).toBeLessThan(1e-4);
    expect(largestDifference(base, adapter_logprobs)).toBeGreaterThan(0.1);
  }
});

test('unpacked layers are the same function', async () => {
  const [packed, unpacked] = [await logits(decoder, prompt), await logits(unpackModel(decoder), prompt)];
  expect(largestDifference(packed, unpacked)).toBeLessThan(1e-4);
});

test('only the chosen layers get inputs', async () => {
  const session = await InferenceSession.create(editedDecoder(decoder, config, ['q_proj', 'v_proj']));
  expect(session.inputNames.filter((name) => name.startsWith('lora.'))).toEqual([
    'lora.layers.0.self_attn.q_proj.A',
    'lora.layers.0.self_attn.q_proj.B',
    'lora.layers.0.self_attn.v_proj.A',
    'lora.layers.0.self_attn.v_proj.B',
    'lora.layers.1.self_attn.q_proj.A',
    'lora.layers.1.self_attn.q_proj.B',
    'lora.layers.1.self_attn.v_proj.A',
    'lora.layers.1.self_attn.v_proj.B',
  ]);
});

test('feeds: scale is in B, layers that the adapter lacks are zero', () => {
  const lora = { r: 2, lora_alpha: 6, target_modules: ['q_proj'] };
  const fresh = initAdapter(config, lora, 1);
  const pair = fresh.modules['layers.0.self_attn.q_proj'];
  pair.B[5 * 2 + 1] = 1;
  const feeds = adapterFeeds(fresh, config, ['q_proj', 'v_proj']);
  const [a, b] = [feeds['lora.layers.0.self_attn.q_proj.A'], feeds['lora.layers.0.self_attn.q_proj.B']];
  expect(a.dims).toEqual([64, 2]);
  expect(a.data[7 * 2 + 1]).toBe(pair.A[1 * 64 + 7]);
  expect(b.dims).toEqual([2, 64]);
  expect(b.data[64 + 5]).toBe(3);
  expect(feeds['lora.layers.1.self_attn.v_proj.B']).toEqual({ dims: [2, 32], data: new Float32Array(64) });
});

test('an adapter that does not fit is refused', () => {
  expect(() => adapterFeeds(adapter, config, ['q_proj'])).toThrow(
    /changes layers\.0\.\S+, but the model was loaded/,
  );
  const other = initAdapter({ ...config, hidden_size: 32 }, adapter.config, 0);
  expect(() => adapterFeeds(other, config, 'all')).toThrow(
    /the adapter's layers\.0\.self_attn\.q_proj is 32 x 64/,
  );
  expect(() => editedDecoder(decoder, config, ['fc1'])).toThrow(/no linear layer is called fc1/);
  expect(() => editedDecoder(tinyFile('onnx/embed_tokens_q4.onnx'), config, 'all')).toThrow(
    /no linear layer layers\.0\.self_attn\.q_proj and 13 others of 14/,
  );
});
