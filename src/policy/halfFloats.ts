/** Sessions that take or give 16-bit floats, fed from and read as 32-bit ones. */
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { float16sToFloat32s } from '../checkpoint/onnxFile.ts';
import type { Runtime } from './onnxRuntime.ts';

/** A tensor of the type that the session's input has. */
export function floatTensor(
  { Tensor: Make }: Pick<Runtime, 'Tensor'>,
  session: InferenceSession,
  input: string,
  values: Float32Array,
  dims: number[],
): Tensor {
  const inputs = session.inputMetadata as InferenceSession.TensorValueMetadata[];
  const type = inputs.find(({ name }) => name === input)?.type;
  return type === 'float16' ? new Make('float16', toHalves(values), dims) : new Make('float32', values, dims);
}

export function floatData({ type, data }: Tensor): Float32Array {
  if (type === 'float32') return data as Float32Array;
  if (type !== 'float16') throw new Error(`the model gives ${type} where floats are expected`);
  // Float16Array where the engine has it, else the bits.
  return data instanceof Uint16Array ? float16sToFloat32s(data) : Float32Array.from(data as Float32Array);
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Bits of the nearest 16-bit floats, ties to even. */
export function toHalves(values: Float32Array): Uint16Array {
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) halves[i] = toHalf(values[i]);
  return halves;
}

function toHalf(value: number): number {
  float[0] = value;
  const sign = (bits[0] >>> 16) & 0x8000;
  const rest = bits[0] & 0x7fffffff;
  if (rest >= 0x47800000) return sign | (rest > 0x7f800000 ? 0x7e00 : 0x7c00);
  if (rest < 0x38800000) return sign | roundToEven(Math.abs(value) * 2 ** 24);
  return sign | ((rest - 0x38000000 + 0xfff + ((rest >>> 13) & 1)) >>> 13);
}

function roundToEven(x: number): number {
  const floor = Math.floor(x);
  const above = x - floor;
  return above > 0.5 || (above === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
