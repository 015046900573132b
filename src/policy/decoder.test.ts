import { afterAll, beforeAll, expect, test } from 'vitest';
import { goldenArray } from '../../test/golden/goldenArray.ts';
import { goldenFile, goldenPolicy, tinyFile, tinyJson } from '../../test/golden/tinyCheckpoint.ts';
import { adapterFeeds, addAdapterInputs } from '../checkpoint/adapterInputs.ts';
import type { Adapter } from '../checkpoint/adapter.ts';
import { readConfig } from '../checkpoint/config.ts';
import { readEmbeddings } from '../checkpoint/decoderWeights.ts';
import { readPeft } from '../checkpoint/peft.ts';
import { Decoder } from './decoder.ts';
import { loadRuntime } from './onnxRuntime.ts';
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

let decoder: Decoder;
beforeAll(async () => {
  const model = addAdapterInputs(tinyFile('onnx/decoder_model_merged_q4.onnx'), config, 'all');
  decoder = await Decoder.create(await loadRuntime('cpu'), model, config.num_hidden_layers, hidden);
});
afterAll(() => decoder.release());

const wear = (worn: Adapter | null) => decoder.setAdapter(adapterFeeds(worn, config, 'all'));

/** log p of each response's tokens, all responses as one batch; a short one goes on with its last token. */
async function logprobs(responses: number[][]): Promise<number[][]> {
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

test('logits after the prompt are those of Python', async () => {
  await wear(null);
  const logits = await decoder.prefill(prompt);
  goldenArray(golden.logits).forEach((x, i) => expect(Math.abs(logits[i] - x)).toBeLessThan(1e-4));
});

test('log-probabilities of a batch after one shared prefill are those of Python', async () => {
  await wear(null);
  expectClose(
    await logprobs(golden.responses.map((r) => r.ids)),
    golden.responses.map((r) => r.logprobs),
  );
});

test('an adapter changes them as PEFT does, and comes off again', async () => {
  const responses = golden.responses.map((r) => r.ids);
  await wear(adapter);
  expectClose(
    await logprobs(responses),
    golden.responses.map((r) => r.adapter_logprobs),
  );
  await wear(null);
  expectClose(
    await logprobs(responses),
    golden.responses.map((r) => r.logprobs),
  );
});

test('rows that are dropped leave the others as they were', async () => {
  await wear(null);
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

test('prompts of unlike length decode as one batch as each does alone', async () => {
  await wear(adapter);
  const prompts = [prompt, prompt.subarray(0, prompt.length - 7 * hidden), prompt.subarray(0, 5 * hidden)];
  const tokens = [300, 301, 302, 303, 304];
  for (const room of [0, tokens.length]) {
    const alone: number[][][] = [];
    for (const embeds of prompts) {
      const logits = [await decoder.prefill(embeds, room)];
      for (const token of tokens) logits.push(await decoder.step(embed([token])));
      alone.push(logits.map((values) => [...values]));
    }
    const first = await decoder.prefillAll(prompts, room);
    expectClose(
      first.map((values) => [...values]),
      alone.map((logits) => logits[0]),
    );
    // Row 1 twice, the longest last; later the longest leaves.
    let rows = [2, 1, 1, 0];
    await decoder.select(rows);
    for (const [i, token] of tokens.entries()) {
      if (i === 3) {
        await decoder.select([0, 2]);
        rows = [2, 1];
      }
      const all = await decoder.step(embed(rows.map(() => token)));
      const width = all.length / rows.length;
      expectClose(
        rows.map((_, at) => [...all.subarray(at * width, (at + 1) * width)]),
        rows.map((row) => alone[row][i + 1]),
      );
    }
  }
});
