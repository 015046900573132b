import type { PreTrainedModel } from '@huggingface/transformers';
import { expect, test } from 'vitest';
import { TransformersModel } from './transformersModel.ts';

const tensor = (name: string, shape: (number | string)[], type = 'float32') => ({ name, type, shape });

function rowsAtOnce(inputs: object[], outputs: object[], inputNames: string[]): number {
  const decoder_model_merged = { inputMetadata: inputs, outputMetadata: outputs, inputNames };
  const model = { sessions: { decoder_model_merged } } as unknown as PreTrainedModel;
  return new TransformersModel(model, [0]).rowsAtOnce(300, 212);
}

test('rows together take no more than 256 MB: keys grow with the row, states of a convolution do not', () => {
  const keys = tensor('past_key_values.1.key', ['batch_size', 8, 'past_sequence_length', 64]);
  const perRow = 8 * 64 * 4 * 512;
  expect(rowsAtOnce([keys], [], ['num_logits_to_keep'])).toBe(2 ** 28 / perRow);
  const state = tensor('past_conv.0', ['batch_size', 1024, 1024], 'float16');
  expect(rowsAtOnce([keys, state], [], ['num_logits_to_keep'])).toBe(
    Math.floor(2 ** 28 / (perRow + 2 * 1024 * 1024)),
  );
  const logits = tensor('logits', ['batch_size', 'sequence_length', 65536]);
  expect(rowsAtOnce([keys], [logits], [])).toBe(Math.floor(2 ** 28 / (perRow + 65536 * 4 * 300)));
});
