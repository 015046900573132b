import { expect, test } from 'vitest';
import { tinyFile, tinyJson } from '../../test/golden/tinyCheckpoint.ts';
import { linearModules, readConfig } from './config.ts';
import { readDecoderWeights, readEmbeddings } from './decoderWeights.ts';
import { dequantise } from './linearWeight.ts';

const config = readConfig(tinyJson('config.json'));
const decoder = tinyFile('onnx/decoder_model_merged_q4.onnx');

test('every layer is found, with the shape that config.json says', () => {
  const weights = readDecoderWeights(decoder, config);
  for (const { path, in: inputs, out } of linearModules(config, 'all')) {
    const weight = weights.linear(path);
    expect(weight).toMatchObject({ kind: 'blocks', inFeatures: inputs, outFeatures: out });
    expect(dequantise(weight)).toHaveLength(inputs * out);
  }
  for (const path of ['layers.0.input_layernorm', 'layers.1.post_attention_layernorm', 'norm'])
    expect(weights.norm(path)).toHaveLength(config.hidden_size);
});

test('the output layer is the embedding table', () => {
  const table = readEmbeddings(tinyFile('onnx/embed_tokens_q4.onnx'));
  expect(table).toHaveLength(config.vocab_size * config.hidden_size);
  const head = dequantise(readDecoderWeights(decoder, config).lmHead);
  expect(head.every((x, i) => x === table[i])).toBe(true);
});

test('what is not there is named', () => {
  const weights = readDecoderWeights(decoder, config);
  expect(() => weights.linear('layers.2.mlp.up_proj')).toThrow(/no linear layer layers\.2\.mlp\.up_proj/);
  expect(() => weights.norm('layers.0.norm')).toThrow(/no norm layers\.0\.norm/);
  expect(() => readDecoderWeights(decoder, { ...config, vocab_size: 49280 })).toThrow(
    /414 x 64, config.json says 49280/,
  );
  expect(() => readEmbeddings(decoder)).toThrow();
});
