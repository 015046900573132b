import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { goldenArray } from '../../test/golden/goldenArray.ts';
import { goldenFile, goldenPolicy, tinyFile, tinyJson } from '../../test/golden/tinyCheckpoint.ts';
import { adapterFeeds, addAdapterInputs } from '../checkpoint/adapterInputs.ts';
import type { Adapter } from '../checkpoint/adapter.ts';
import { readConfig } from '../checkpoint/config.ts';
import { readEmbeddings } from '../checkpoint/decoderWeights.ts';
import { readOnnx, writeOnnx } from '../checkpoint/onnxFile.ts';
import { readPeft } from '../checkpoint/peft.ts';
import { createDecoder, type Decoder } from './decoder.ts';
import { LanguageModel } from './languageModel.ts';
import { loadRuntime } from './onnxRuntime.ts';
import { RowBatch } from './rowBatch.ts';
import { RowPaths } from './rowPaths.ts';
import { probabilities } from './tokenDistribution.ts';

const golden = goldenPolicy();
const config = readConfig(tinyJson('config.json'));
const hidden = config.hidden_size;
const prompt = goldenArray(golden.embeds);
const table = readEmbeddings(tinyFile('onnx/embed_tokens_q4.onnx'));
const embed = (ids: number[]) =>
  Float32Array.from(ids.flatMap((id) => [...table.subarray(id * hidden, (id + 1) * hidden)]));
const adapter = readPeft({
  'adapter_config.json': new TextDecoder().decode(goldenFile('adapter/adapter_config.json')),
  'adapter_model.safetensors': goldenFile('adapter/adapter_model.safetensors'),
});

function adapted() {
  const model = readOnnx(tinyFile('onnx/decoder_model_merged_q4.onnx'));
  addAdapterInputs(model, config, 'all');
  return model;
}

let paths: Decoder;
let batch: Decoder;
beforeAll(async () => {
  const runtime = await loadRuntime('cpu');
  paths = await createDecoder(runtime, adapted(), config);
  const { num_hidden_layers } = config;
  batch = new RowBatch(
    await LanguageModel.open(runtime, writeOnnx(adapted()), num_hidden_layers, hidden),
    true,
  );
});
afterAll(() => Promise.all([paths.release(), batch.release()]));

test('on a CPU rows share a sequence', () => {
  expect(paths).toBeInstanceOf(RowPaths);
});

/** log p of each response's tokens, all responses together; a short one goes on with its last token. */
async function logprobs(decoder: Decoder, responses: number[][]): Promise<number[][]> {
  const first = await decoder.prefill(prompt);
  await decoder.select(responses.map(() => 0));
  let logits = responses.map(() => first);
  const out: number[][] = responses.map(() => []);
  for (let t = 0; t < Math.max(...responses.map((ids) => ids.length)); t++) {
    responses.forEach((ids, i) => {
      if (t < ids.length) out[i].push(Math.log(probabilities(logits[i], [ids[t]])[0]));
    });
    const all = await decoder.step(embed(responses.map((ids) => ids[Math.min(t, ids.length - 1)])));
    const width = all.length / responses.length;
    logits = responses.map((_, i) => all.subarray(i * width, (i + 1) * width));
  }
  return out;
}

function expectClose(actual: number[][], expected: number[][]): void {
  expected.flat().forEach((x, i) => expect(Math.abs(actual.flat()[i] - x)).toBeLessThan(1e-4));
}

const wear = (decoder: Decoder, worn: Adapter | null) =>
  decoder.setAdapter(adapterFeeds(worn, config, 'all'));

describe.each([
  ['as a batch', () => batch],
  ['as paths', () => paths],
])('rows %s', (_, given) => {
  let decoder: Decoder;
  beforeAll(() => {
    decoder = given();
  });

  test('logits after the prompt are those of Python', async () => {
    await wear(decoder, null);
    const logits = await decoder.prefill(prompt);
    goldenArray(golden.logits).forEach((x, i) => expect(Math.abs(logits[i] - x)).toBeLessThan(1e-4));
  });

  test('log-probabilities of a group after one shared prefill are those of Python', async () => {
    await wear(decoder, null);
    expectClose(
      await logprobs(
        decoder,
        golden.responses.map((r) => r.ids),
      ),
      golden.responses.map((r) => r.logprobs),
    );
  });

  test('an adapter changes them as PEFT does, and comes off again', async () => {
    const responses = golden.responses.map((r) => r.ids);
    await wear(decoder, adapter);
    expectClose(
      await logprobs(decoder, responses),
      golden.responses.map((r) => r.adapter_logprobs),
    );
    await wear(decoder, null);
    expectClose(
      await logprobs(decoder, responses),
      golden.responses.map((r) => r.logprobs),
    );
  });

  test('rows that are dropped leave the others as they were', async () => {
    await wear(decoder, null);
    await decoder.prefill(prompt);
    await decoder.select([0, 0, 0]);
    const all = await decoder.step(embed([300, 301, 302]));
    const width = all.length / 3;
    await decoder.select([2]);
    const left = await decoder.step(embed([310]));
    await decoder.prefill(prompt);
    expectClose([[...(await decoder.step(embed([302])))]], [[...all.subarray(2 * width)]]);
    expectClose([[...(await decoder.step(embed([310])))]], [[...left]]);
  });

  test('a row that branches off later goes on as if it had been there from the start', async () => {
    await wear(decoder, adapter);
    const alone: number[][] = [];
    for (const ids of [
      [300, 301, 305],
      [300, 301, 306],
      [300, 302, 307],
    ]) {
      await decoder.prefill(prompt);
      let logits: Float32Array = new Float32Array();
      for (const id of ids) logits = await decoder.step(embed([id]));
      alone.push([...logits]);
    }
    await decoder.prefill(prompt);
    await decoder.step(embed([300]));
    await decoder.select([0, 0]);
    await decoder.step(embed([301, 302]));
    await decoder.select([1, 0, 0]);
    const all = await decoder.step(embed([307, 305, 306]));
    const width = all.length / 3;
    const rows = [1, 2, 0].map((row) => [...all.subarray(row * width, (row + 1) * width)]);
    expectClose(rows, alone);
  });
});

test('prompts of unlike length decode as one batch as each does alone', async () => {
  await wear(batch, adapter);
  const prompts = [prompt, prompt.subarray(0, prompt.length - 7 * hidden), prompt.subarray(0, 5 * hidden)];
  const tokens = [300, 301, 302, 303, 304];
  for (const room of [0, tokens.length]) {
    const alone: number[][][] = [];
    for (const embeds of prompts) {
      const logits = [await batch.prefill(embeds, room)];
      for (const token of tokens) logits.push(await batch.step(embed([token])));
      alone.push(logits.map((values) => [...values]));
    }
    const first = await batch.prefillAll(prompts, room);
    expectClose(
      first.map((values) => [...values]),
      alone.map((logits) => logits[0]),
    );
    // Row 1 twice, the longest last; later the longest leaves.
    let rows = [2, 1, 1, 0];
    await batch.select(rows);
    for (const [i, token] of tokens.entries()) {
      if (i === 3) {
        await batch.select([0, 2]);
        rows = [2, 1];
      }
      const all = await batch.step(embed(rows.map(() => token)));
      const width = all.length / rows.length;
      expectClose(
        rows.map((_, at) => [...all.subarray(at * width, (at + 1) * width)]),
        rows.map((row) => alone[row][i + 1]),
      );
    }
  }
});
