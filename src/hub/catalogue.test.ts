import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { linearModules } from '../checkpoint/config.ts';
import { architectureOf, ASK_ONLY } from './architecture.ts';
import { CATALOGUE } from './catalogue.ts';
import { neededFiles } from './neededFiles.ts';
import { PRECISIONS, type Precision } from './precision.ts';
import { isHubId } from './repository.ts';

/** A SigLIP tower with its patch and position tables and norms, and the connector behind a 4 x 4 pixel shuffle. */
function visionParameters(width: number, layers: number, patches: number, text: number): number {
  const inner = 4 * width;
  const block = 4 * (width * width + width) + 2 * width * inner + inner + width + 4 * width;
  const tables = 3 * 16 * 16 * width + width + patches * width + 2 * width;
  return layers * block + tables + 16 * width * text;
}

test('parameters of what can be trained are those of its shapes', () => {
  const trainable = CATALOGUE.filter(({ decoder }) => decoder);
  expect(trainable).toHaveLength(4);
  for (const { decoder, vision, parameters } of trainable) {
    const { hidden_size: hidden, vocab_size: vocab, num_hidden_layers: layers } = decoder!;
    const linear = linearModules(decoder!, 'all').reduce((sum, module) => sum + module.in * module.out, 0);
    const text = 2 * vocab * hidden + linear + (2 * layers + 1) * hidden;
    expect(text + visionParameters(vision!.hidden, vision!.layers, vision!.patches, hidden)).toBe(
      parameters.count,
    );
    expect(parameters.source).toBe('computed');
  }
});

const BYTES: Partial<Record<Precision, number>> = { fp32: 4, fp16: 2, q8: 1 };

test('every entry has an id, a licence, and sizes or words that they are not known', () => {
  expect(new Set(CATALOGUE.map(({ id }) => id)).size).toBe(CATALOGUE.length);
  for (const { id, licence, download, downloadUnknown, decoder } of CATALOGUE) {
    expect(isHubId(id)).toBe(true);
    expect(licence).not.toBe('');
    for (const size of Object.values(download)) expect(size.megabytes).toBeGreaterThan(100);
    const sizes = Object.keys(download).length;
    expect(sizes > 0, `${id} has a size or says that none is known, not both`).toBe(downloadUnknown === null);
    if (decoder) expect(Object.keys(download).sort(), id).toEqual([...PRECISIONS].sort());
  }
});

test('32, 16 and 8 bits weigh what their parameters weigh', () => {
  const trainable = CATALOGUE.filter(({ decoder }) => decoder);
  for (const { id, parameters, download } of trainable) {
    for (const [precision, bytes] of Object.entries(BYTES)) {
      const { megabytes } = download[precision as Precision]!;
      const share = (megabytes * 1e6) / (parameters.count * bytes);
      expect(Math.abs(share - 1), `${id} ${precision}`).toBeLessThan(0.02);
    }
  }
});

test('what cannot be trained, or not run at all, is told from config.json', () => {
  const qwen = architectureOf({ model_type: 'qwen3_vl' }, 'a/b');
  expect(qwen).toMatchObject({ use: 'ask', modelType: 'qwen3_vl' });
  expect(qwen.use === 'ask' && qwen.why).toBe(
    'a/b can be asked, not trained: training knows SmolVLM (smolvlm, idefics3), and this is qwen3_vl. Its exports leave DeepStack out, and transformers.js could not hand it on: it sees details less well than the whole model.',
  );
  const llava = architectureOf({ model_type: 'llava' }, 'a/b');
  expect(llava.use === 'ask' && llava.why).toMatch(/and this is llava\.$/);
  expect(() => architectureOf({ model_type: 'bert' }, 'a/b')).toThrow(
    /a\/b is a bert, which cannot run here/,
  );
  expect(() => architectureOf({ model_type: 'gemma4' }, 'a/b')).toThrow(/wants an audio encoder/);
  expect(() => architectureOf(null, 'a/b')).toThrow(/names no model_type/);
  expect(() => architectureOf({ model_type: 'smolvlm', image_token_id: 1 }, 'a/b')).toThrow(/text_config/);
});

test('transformers.js maps every architecture that is said to be asked', () => {
  const library = readFileSync(fileURLToPath(import.meta.resolve('@huggingface/transformers')), 'utf8');
  const mapping =
    /MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES = (?:\/\* @__PURE__ \*\/ )?new Map\(\[([\s\S]*?)\]\);/.exec(
      library,
    )![1];
  const mapped = [...mapping.matchAll(/\["(\w+)"/g)].map(([, name]) => name);
  expect(mapped).toContain('smolvlm');
  for (const name of ASK_ONLY) expect(mapped).toContain(name);
});

test.each(['qwen2_5_vl', 'qwen3_vl', 'lfm2_vl', 'llava_qwen2'])('a tiny %s is one to ask', (type) => {
  const folder = fileURLToPath(new URL(`../../test/fixtures/tiny-${type}`, import.meta.url));
  const config: unknown = JSON.parse(readFileSync(`${folder}/config.json`, 'utf8'));
  expect(architectureOf(config, 'a/b')).toMatchObject({ use: 'ask', modelType: type });
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path !== 'onnx')
    .map((path) => ({ path }));
  expect(neededFiles(files, 'fp32', 'a/b').files).toEqual(files);
});
