import { addAdapterInputs } from '../../src/checkpoint/adapterInputs.ts';
import type { CheckpointConfig } from '../../src/checkpoint/config.ts';
import { readOnnx, writeOnnx } from '../../src/checkpoint/onnxFile.ts';
import { unpackLinearLayers } from '../../src/checkpoint/unpack.ts';

/** A decoder's bytes with an input for each adapter of `modules`; `unpack` makes few-bit layers plain. */
export function editedDecoder(
  bytes: Uint8Array,
  config: CheckpointConfig,
  modules: string[] | 'all',
  unpack = false,
): Uint8Array {
  const model = readOnnx(bytes);
  addAdapterInputs(model, config, modules);
  if (unpack) unpackLinearLayers(model);
  return writeOnnx(model);
}
