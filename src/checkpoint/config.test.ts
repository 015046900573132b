import { expect, test } from 'vitest';
import { tinyJson } from '../../test/golden/tinyCheckpoint.ts';
import { readConfig, readGenerationConfig } from './config.ts';

const tiny = tinyJson('config.json') as { text_config: Record<string, unknown> };

test('the tiny checkpoint', () => {
  expect(readConfig(tiny)).toEqual({
    hidden_size: 64,
    intermediate_size: 96,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    num_key_value_heads: 1,
    head_dim: 32,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    vocab_size: 414,
    max_position_embeddings: 640,
    tie_word_embeddings: true,
    image_token_id: 404,
    eos_token_ids: [402],
  });
});

test('names and defaults of earlier transformers', () => {
  const text_config = {
    hidden_size: 576,
    intermediate_size: 1536,
    num_hidden_layers: 30,
    num_attention_heads: 9,
    num_key_value_heads: 3,
    rms_norm_eps: 1e-5,
    rope_theta: 100000,
    rope_scaling: null,
    vocab_size: 49280,
    eos_token_id: 2,
  };
  const config = readConfig({ model_type: 'idefics3', image_token_id: 49190, text_config });
  expect(config).toMatchObject({
    head_dim: 64,
    rope_theta: 100000,
    tie_word_embeddings: false,
    eos_token_ids: [2],
  });
});

test('generation settings', () => {
  const { eos_token_ids, suppress_tokens } = readGenerationConfig(tinyJson('generation_config.json'));
  expect(eos_token_ids).toEqual([402]);
  expect(suppress_tokens).toContain(404);
  expect(readGenerationConfig({ eos_token_id: [1, 2] })).toEqual({
    eos_token_ids: [1, 2],
    suppress_tokens: [],
  });
});

test('other models are refused by the field that is wrong', () => {
  expect(() => readConfig({ ...tiny, model_type: 'llava' })).toThrow(
    'config.json: model_type: model_type must be',
  );
  expect(() => readConfig({ ...tiny, text_config: { ...tiny.text_config, hidden_size: -1 } })).toThrow(
    /text_config\.hidden_size/,
  );
  const rope_parameters = { rope_type: 'yarn', rope_theta: 1 };
  expect(() => readConfig({ ...tiny, text_config: { ...tiny.text_config, rope_parameters } })).toThrow(
    /rope_type must be default/,
  );
  for (const more of [{ attention_bias: true }, { qk_layer_norms: true }, { rope_scaling: { factor: 8 } }])
    expect(() => readConfig({ ...tiny, text_config: { ...tiny.text_config, ...more } })).toThrow(
      /^config\.json: text_config\.\w+: \w+ is not supported$/,
    );
  expect(() => readConfig(null)).toThrow(/config\.json: the whole/);
});
