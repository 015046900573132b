import { expect, test } from 'vitest';
import { goldenFile } from '../../test/golden/tinyCheckpoint.ts';
import { ALL_LINEAR } from './adapter.ts';
import { readPeft, writePeft, type PeftFiles } from './peft.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

const golden: PeftFiles = {
  'adapter_config.json': new TextDecoder().decode(goldenFile('adapter/adapter_config.json')),
  'adapter_model.safetensors': goldenFile('adapter/adapter_model.safetensors'),
};

function withConfig(change: Record<string, unknown>): PeftFiles {
  const config = JSON.parse(golden['adapter_config.json']) as Record<string, unknown>;
  return { ...golden, 'adapter_config.json': JSON.stringify({ ...config, ...change }) };
}

test("PEFT's own files are read", () => {
  const adapter = readPeft(golden);
  expect(adapter.config).toEqual({ r: 4, lora_alpha: 8, target_modules: ALL_LINEAR });
  expect(Object.keys(adapter.modules)).toHaveLength(14);
  const down = adapter.modules['layers.1.mlp.down_proj'];
  expect([down.in, down.out, down.A.length, down.B.length]).toEqual([96, 64, 4 * 96, 64 * 4]);
});

test('what we write has the tensors and names that PEFT wrote', () => {
  const adapter = readPeft(golden);
  const files = writePeft(adapter, 'tiny-smolvlm');
  const [ours, theirs] = [files, golden].map((f) => readSafetensors(f['adapter_model.safetensors']));
  expect(new Map([...ours].sort())).toEqual(new Map([...theirs].sort()));
  const configs = [files, golden].map((f) => JSON.parse(f['adapter_config.json']) as Record<string, unknown>);
  expect(configs[1]).toMatchObject({ ...configs[0], base_model_name_or_path: 'tiny-smolvlm' });
  expect(readPeft(files)).toEqual(adapter);
});

test.each([
  [{ peft_type: 'IA3' }, /peft_type must be LORA/],
  [{ use_dora: true }, /DoRA is not supported/],
  [{ rank_pattern: { q_proj: 8 } }, /rank_pattern/],
  [{ modules_to_save: ['lm_head'] }, /modules_to_save is not supported/],
  [{ init_lora_weights: 'pissa_niter_4' }, /init_lora_weights "pissa_niter_4" changes the base weights/],
  [{ init_lora_weights: 'olora' }, /init_lora_weights "olora" changes the base weights/],
  [{ alora_invocation_tokens: [1, 2] }, /alora_invocation_tokens is not supported/],
  [{ layer_replication: [[0, 2]] }, /layer_replication is not supported/],
  [{ use_qalora: true }, /QA-LoRA is not supported/],
  [{ r: 8 }, /is \[4, \d+\] and \[\d+, 4\], its rank 8/],
  [{ r: 0 }, /adapter_config\.json: r: /],
])('%j is refused', (change, message) => {
  expect(() => readPeft(withConfig(change))).toThrow(message);
});

test('fields of a plain LoRA that PEFT leaves empty, and ways to begin with one, are read', () => {
  const empty = { use_bdlora: null, layer_replication: null, kasa_config: null, use_qalora: false };
  for (const init_lora_weights of [true, 'gaussian', 'orthogonal', 'eva'])
    expect(readPeft(withConfig({ ...empty, init_lora_weights }))).toEqual(readPeft(golden));
});

test('tensors that are no LoRA of the decoder are refused', () => {
  const tensors = readSafetensors(golden['adapter_model.safetensors']);
  const name = 'base_model.model.model.text_model.layers.0.self_attn.q_proj.lora_A.weight';
  const tensor = tensors.get(name)!;
  const files = (entries: [string, typeof tensor][]) => ({
    ...golden,
    'adapter_model.safetensors': writeSafetensors(new Map(entries)),
  });
  expect(() => readPeft(files([[name, tensor]]))).toThrow(/only one half of layers\.0\.self_attn\.q_proj/);
  const vision = 'base_model.model.model.vision_model.encoder.layers.0.self_attn.q_proj.lora_A.weight';
  expect(() => readPeft(files([[vision, tensor]]))).toThrow(
    /vision_model\S+ is not a LoRA of a SmolVLM decoder/,
  );
  expect(() => readPeft(files([]))).toThrow(/holds no tensors/);
  const broken = { ...tensor, data: tensor.data.map(() => NaN) };
  const other = name.replace('lora_A', 'lora_B');
  expect(() =>
    readPeft(
      files([
        [name, broken],
        [other, tensors.get(other)!],
      ]),
    ),
  ).toThrow(/not finite/);
});
