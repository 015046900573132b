import type { PreTrainedTokenizer } from '@huggingface/transformers';
import { Tensor, type InferenceSession } from 'onnxruntime-common';
import { expect, test } from 'vitest';
import type { CheckpointFiles } from './checkpointFiles.ts';
import type { Runtime } from './onnxRuntime.ts';
import { PromptEncoder } from './promptEncoder.ts';

/** The embedding of token n is [n, n + 0.5]. */
function encoderWithTable() {
  const looked: number[] = [];
  const session = {
    outputNames: ['inputs_embeds'],
    run: ({ input_ids }: { input_ids: Tensor }) => {
      const ids = [...(input_ids.data as BigInt64Array)].map(Number);
      looked.push(ids.length);
      const table = Float32Array.from(ids.flatMap((id) => [id, id + 0.5]));
      return Promise.resolve({ inputs_embeds: new Tensor('float32', table, [1, ids.length, 2]) });
    },
  } as unknown as InferenceSession;
  const files = { config: { hidden_size: 2 }, processorConfig: {} } as CheckpointFiles;
  const runtime = { Tensor } as unknown as Runtime;
  return { looked, encoder: new PromptEncoder(runtime, {} as PreTrainedTokenizer, files, session, session) };
}

test('embeddings are looked up once, and forgotten when there are too many', async () => {
  const { encoder, looked } = encoderWithTable();
  expect([...(await encoder.embed([3, 1, 3]))]).toEqual([3, 3.5, 1, 1.5, 3, 3.5]);
  await encoder.embed([1, 3]);
  expect(looked).toEqual([2]);
  const many = Array.from({ length: 5000 }, (_, id) => id);
  const embeds = await encoder.embed(many);
  expect([embeds[2 * 4999], embeds[2]]).toEqual([4999, 1]);
  expect(looked).toEqual([2, 4998]);
  expect([...(await encoder.embed([4999, 1]))]).toEqual([4999, 4999.5, 1, 1.5]);
  expect(looked).toEqual([2, 4998, 2]);
});
