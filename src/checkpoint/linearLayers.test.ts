import { create } from '@bufbuild/protobuf';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { editedDecoder } from '../../test/golden/editedDecoder.ts';
import { ALL_LINEAR, type Adapter } from './adapter.ts';
import { adapterFeeds } from './adapterInputs.ts';
import { linearModules, readConfig } from './config.ts';
import { readDecoderWeights } from './decoderWeights.ts';
import { findLinearLayers } from './linearLayers.ts';
import { dequantise } from './linearWeight.ts';
import { AttributeProtoSchema } from './gen/onnxSubset_pb.ts';
import { readOnnx, type OnnxModel } from './onnxFile.ts';

const FOLDER = new URL('../../test/fixtures/exporters/', import.meta.url);
const read = (name: string) => new Uint8Array(readFileSync(fileURLToPath(new URL(name, FOLDER))));

interface Golden {
  config: object;
  r: number;
  lora_alpha: number;
  adapter: Record<string, { A: number[]; B: number[] }>;
  embeds: number[];
  norms: Record<string, number[]>;
  logits: Record<string, { base: number[]; qv: number[]; all: number[] }>;
}

const golden = JSON.parse(new TextDecoder().decode(read('golden.json'))) as Golden;
const config = readConfig(golden.config);
const styles = Object.keys(golden.logits);

function adapterOf(target_modules: string[]): Adapter {
  const modules = Object.fromEntries(
    linearModules(config, target_modules).map(({ path, in: inputs, out }) => {
      const { A, B } = golden.adapter[path];
      return [path, { A: Float32Array.from(A), B: Float32Array.from(B), in: inputs, out }];
    }),
  );
  return { config: { r: golden.r, lora_alpha: golden.lora_alpha, target_modules }, modules };
}

async function logits(graph: Uint8Array, feeds: ReturnType<typeof adapterFeeds> = {}): Promise<Float32Array> {
  const session = await InferenceSession.create(graph);
  const lora = Object.entries(feeds).map(([name, { data, dims }]) => [
    name,
    new Tensor('float32', data, dims),
  ]);
  const embeds = Float32Array.from(golden.embeds);
  const result = await session.run({
    inputs_embeds: new Tensor('float32', embeds, [1, embeds.length / config.hidden_size, config.hidden_size]),
    ...(Object.fromEntries(lora) as Record<string, Tensor>),
  });
  return result.logits.data as Float32Array;
}

/** Largest difference, as part of the largest value. */
function distance(a: ArrayLike<number>, b: number[]): number {
  expect(a.length).toBe(b.length);
  const most = (values: number[]) => values.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
  return most(b.map((x, i) => x - a[i])) / most(b);
}

/** 16-bit graphs round every layer's output. */
const tolerance = (style: string) => (style.endsWith('16') ? 5e-3 : 1e-5);

test.each(styles)('%s: the branches give what PEFT’s merged weights give', async (style) => {
  const graph = read(`${style}.onnx`);
  const { base, qv, all } = golden.logits[style];
  for (const [modules, expected] of [
    [['q_proj', 'v_proj'], qv],
    [ALL_LINEAR, all],
  ] as const) {
    const branched = editedDecoder(graph, config, [...modules]);
    const adapted = await logits(branched, adapterFeeds(adapterOf([...modules]), config, [...modules]));
    expect(distance(adapted, expected)).toBeLessThan(tolerance(style));
    const zero = await logits(branched, adapterFeeds(null, config, [...modules]));
    expect(distance(zero, base)).toBeLessThan(tolerance(style));
    expect(distance(base, expected)).toBeGreaterThan(0.1);
  }
});

test('unpacked into plain weights, packed layers keep their branches', async () => {
  const branched = editedDecoder(read('genai_packed_q4.onnx'), config, 'all', true);
  const adapted = await logits(branched, adapterFeeds(adapterOf(ALL_LINEAR), config, 'all'));
  expect(distance(adapted, golden.logits.genai_packed_q4.all)).toBeLessThan(1e-5);
});

test('the learner reads the same weights out of every plain style, and out of packed blocks', () => {
  const expected = readDecoderWeights(read('torch.onnx'), config);
  const blocks = readDecoderWeights(read('optimum_q4.onnx'), config);
  for (const style of styles.filter((name) => !name.endsWith('16'))) {
    const weights = readDecoderWeights(read(`${style}.onnx`), config);
    const same = style.endsWith('q4') ? blocks : expected;
    for (const { path } of linearModules(config, 'all'))
      expect(dequantise(weights.linear(path)), `${style} ${path}`).toEqual(dequantise(same.linear(path)));
    for (const [path, values] of Object.entries(golden.norms))
      expect(weights.norm(path)).toEqual(Float32Array.from(values));
  }
});

test('finding decodes no weight', () => {
  const model = readOnnx(read('genai_packed.onnx'));
  for (const tensor of model.graph.initializer)
    Object.defineProperty(tensor, 'rawData', {
      get: () => {
        throw new Error(`${tensor.name} was read`);
      },
    });
  expect(findLinearLayers(model, config).get('layers.1.self_attn.v_proj')).toMatchObject({
    start: 48,
    outFeatures: 16,
    width: 64,
  });
});

test('what cannot be found, or not be used, is named', () => {
  const anonymous = readOnnx(read('optimum.onnx'));
  anonymous.graph.node.find(({ name }) => name.includes('layers.1/mlp/up_proj'))!.name = 'MatMul_17';
  expect(() => findLinearLayers(anonymous, config)).toThrow(
    'the decoder has no linear layer layers.1.mlp.up_proj (up_proj): its node names are of no exporter known here',
  );
  const integers = readOnnx(read('optimum.onnx'));
  for (const node of integers.graph.node) if (node.name.includes('q_proj')) node.opType = 'MatMulInteger';
  expect(() => findLinearLayers(integers, config)).toThrow(
    /layers\.0\.self_attn\.q_proj and 1 others of 14 is in 8-bit integers .* choose q4/,
  );
  expect(() => findLinearLayers(readOnnx(read('genai_packed.onnx')), { ...config, head_dim: 8 })).toThrow(
    /qkv_proj\/MatMul is 32 x 64, config\.json says 32 x 32/,
  );
});

test('a Gemm that scales or transposes, and two nodes for one layer, are refused by name', () => {
  const gemmOf = (model: OnnxModel) => model.graph.node.find(({ opType }) => opType === 'Gemm')!;
  for (const attribute of [
    { name: 'alpha', f: 0.5, type: 1 },
    { name: 'transA', i: 1n, type: 2 },
  ]) {
    const model = readOnnx(read('gemm.onnx'));
    const node = gemmOf(model);
    const kept = node.attribute.filter(({ name }) => name !== attribute.name);
    node.attribute = [...kept, create(AttributeProtoSchema, attribute)];
    expect(() => findLinearLayers(model, config)).toThrow(
      /layers\.\d\..*_proj is a Gemm that scales or transposes/,
    );
  }
  const model = readOnnx(read('optimum.onnx'));
  const node = model.graph.node.find(({ name }) => name.includes('layers.1/mlp/up_proj'))!;
  model.graph.node.push({ ...node, name: `${node.name}_1` });
  expect(() => findLinearLayers(model, config)).toThrow(
    `two ONNX nodes are layers.1.mlp.up_proj: ${node.name} and ${node.name}_1`,
  );
});
