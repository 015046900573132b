import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { goldenArray } from '../../test/golden/goldenArray.ts';
import { goldenPolicy, tinyFile, tinyJson } from '../../test/golden/tinyCheckpoint.ts';
import { addAttentionBias, MASKED } from './attentionBias.ts';
import { readConfig } from './config.ts';
import { readOnnx, simpleNode, writeOnnx, type OnnxModel } from './onnxFile.ts';

const config = readConfig(tinyJson('config.json'));
const { hidden_size: hidden } = config;
const embeds = goldenArray(goldenPolicy().embeds);
const length = embeds.length / hidden;
const tiny = () => readOnnx(tinyFile('onnx/decoder_model_merged_q4.onnx'));

/** The same function, its attention nodes rotating queries and keys themselves as many exports do. */
function rotating(): OnnxModel {
  const model = tiny();
  const { graph } = model;
  for (const node of graph.node.filter(({ opType }) => opType === 'GroupQueryAttention')) {
    const [q, k] = node.input.slice(0, 2).map((name) => model.producers.get(name)!);
    node.input = [q.input[0], k.input[0], ...node.input.slice(2), q.input[2], q.input[3]];
    node.attribute.push(...simpleNode('', '', [], '', { do_rotary: 1 }).attribute);
  }
  const used = new Set(graph.node.flatMap(({ input }) => input));
  graph.node = graph.node.filter(({ opType, output }) => opType !== 'RotaryEmbedding' || used.has(output[0]));
  graph.input = graph.input.filter(({ name }) => name !== 'position_ids');
  return model;
}

type Past = Record<string, Tensor>;

/** Some positions of the prompt's embeddings, whatever lies behind. @param bias [added, total], zeros if not given. */
async function run(
  session: InferenceSession,
  order: number[],
  positions: number[],
  past?: Past,
  bias?: number[],
) {
  const added = order.length;
  const behind = past ? past['past_key_values.0.key'].dims[2] : 0;
  const total = behind + added;
  const int64 = (values: number[], dims: number[]) =>
    new Tensor('int64', BigInt64Array.from(values, BigInt), dims);
  const rows = order.flatMap((at) => [...embeds.subarray(at * hidden, (at + 1) * hidden)]);
  const scores = Float32Array.from(bias ?? new Array<number>(added * total).fill(0));
  const none = new Tensor('float32', new Float32Array(), [1, config.num_key_value_heads, 0, config.head_dim]);
  const feeds: Record<string, Tensor> = {
    inputs_embeds: new Tensor('float32', Float32Array.from(rows), [1, added, hidden]),
    attention_mask: int64(new Array<number>(total).fill(1), [1, total]),
    position_ids: int64(positions, [1, added]),
    num_logits_to_keep: int64([1], []),
    attention_bias: new Tensor('float32', scores, [1, 1, added, total]),
  };
  for (const name of session.inputNames) if (name.startsWith('past_')) feeds[name] = past?.[name] ?? none;
  const outputs = await session.run(
    Object.fromEntries(Object.entries(feeds).filter(([name]) => session.inputNames.includes(name))),
  );
  const present = Object.entries(outputs).filter(([name]) => name.startsWith('present'));
  return {
    logits: outputs.logits.data as Float32Array,
    past: Object.fromEntries(
      present.map(([name, tensor]) => [name.replace('present', 'past_key_values'), tensor]),
    ),
  };
}

const largest = (a: Float32Array, b: Float32Array) =>
  a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

test.each([
  ['rotary nodes', tiny],
  ['attention that rotates', rotating],
])('%s: positions that are masked might as well not be there', async (_, make) => {
  const plain = await InferenceSession.create(writeOnnx(make()));
  const { logits } = await run(plain, upTo(length), upTo(length));
  const model = make();
  expect(addAttentionBias(model)).toBe(true);
  const session = await InferenceSession.create(writeOnnx(model));
  expect(largest((await run(session, upTo(length), upTo(length))).logits, logits)).toBeLessThan(1e-5);
  // Two strangers come with the last position, which keeps its own place behind the others.
  const last = length - 1;
  const { past } = await run(session, upTo(last), upTo(last));
  const strangers = [3, 5, last];
  const places = [last, last, last];
  const open = new Array<number>(3 * (last + 3)).fill(0);
  const masked = open.map((_, i) => (i >= open.length - 3 && i < open.length - 1 ? MASKED : 0));
  expect(largest((await run(session, strangers, places, past, masked)).logits, logits)).toBeLessThan(1e-5);
  expect(largest((await run(session, strangers, places, past, open)).logits, logits)).toBeGreaterThan(1e-2);
});

test('a graph with another attention, a bias of its own or a window stays as it was', () => {
  const kept = (model: OnnxModel) => {
    const before = writeOnnx(model);
    expect(addAttentionBias(model)).toBe(false);
    expect(writeOnnx(model)).toEqual(before);
  };
  const attention = (model: OnnxModel) =>
    model.graph.node.filter(({ opType }) => opType === 'GroupQueryAttention');
  const other = tiny();
  attention(other)[0].opType = 'MultiHeadAttention';
  kept(other);
  const windowed = tiny();
  attention(windowed)[0].attribute.push(...simpleNode('', '', [], '', { local_window_size: 64 }).attribute);
  kept(windowed);
  const twice = tiny();
  expect(addAttentionBias(twice)).toBe(true);
  kept(twice);
});
