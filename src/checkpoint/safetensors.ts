/** safetensors (huggingface/safetensors, README "Format"): u64 header length, JSON header, bytes. */
import * as v from 'valibot';
import { float16sToFloat32s } from './onnxFile.ts';

export interface NamedTensor {
  shape: number[];
  data: Float32Array;
}

// The format's own limit.
const MAX_HEADER = 100_000_000;
const BYTES = { F32: 4, F16: 2, BF16: 2 };

const size = v.pipe(v.number(), v.integer(), v.minValue(0));
const entrySchema = v.object({
  dtype: v.picklist(['F32', 'F16', 'BF16']),
  shape: v.pipe(v.array(size), v.maxLength(8)),
  data_offsets: v.tuple([size, size]),
});

/** Tensors by name, as 32-bit floats. @throws on anything that is not a sound file of float tensors. */
export function readSafetensors(bytes: Uint8Array): Map<string, NamedTensor> {
  if (bytes.length < 8) throw new Error(`not a safetensors file: ${bytes.length} bytes`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(Math.min(MAX_HEADER, bytes.length - 8)))
    throw new Error(`not a safetensors file: a header of ${length} bytes in a file of ${bytes.length}`);
  const body = bytes.subarray(8 + Number(length));
  const tensors = new Map<string, NamedTensor>();
  let covered = 0;
  const entries = Object.entries(parseHeader(bytes.subarray(8, 8 + Number(length)))).filter(
    ([name]) => name !== '__metadata__',
  );
  for (const [name, value] of entries) {
    const result = v.safeParse(entrySchema, value);
    if (!result.success) throw new Error(`safetensors: tensor ${name}: ${result.issues[0].message}`);
    const { dtype, shape, data_offsets } = result.output;
    const [begin, end] = data_offsets;
    const count = shape.reduce((a, b) => a * b, 1);
    if (begin > end || end > body.length || end - begin !== count * BYTES[dtype])
      throw new Error(
        `safetensors: tensor ${name} [${shape.join(', ')}] ${dtype} has bytes ${begin} to ${end} of ${body.length}`,
      );
    covered += end - begin;
    tensors.set(name, { shape, data: decode(dtype, body.slice(begin, end)) });
  }
  // Tensors lie side by side: neither holes nor overlaps.
  if (covered !== body.length)
    throw new Error(
      `safetensors: tensors cover ${covered} bytes of ${body.length}: the file is cut or malformed`,
    );
  return tensors;
}

/** Tensors in 32-bit floats, in the order given. */
export function writeSafetensors(tensors: Map<string, NamedTensor>): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const text = JSON.stringify(header);
  const encoded = new TextEncoder().encode(text);
  // Padded with spaces, so that the numbers start at a multiple of 8.
  const headerLength = Math.ceil(encoded.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8, 8 + headerLength).set(encoded, 8);
  let position = 8 + headerLength;
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return bytes;
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new Error(`not a safetensors file: its header is no JSON (${String(error)})`);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw new Error('not a safetensors file: its header is no JSON object');
  return header as Record<string, unknown>;
}

/** @param bytes a copy, so that it starts where its buffer does. */
function decode(dtype: keyof typeof BYTES, bytes: Uint8Array): Float32Array {
  if (dtype === 'F32') return new Float32Array(bytes.buffer);
  const halves = new Uint16Array(bytes.buffer);
  if (dtype === 'F16') return float16sToFloat32s(halves);
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}
