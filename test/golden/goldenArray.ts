/** An array as tools/checkpoint/golden.py writes it. */
export interface GoldenArray {
  shape: number[];
  /** Base64 of little-endian float32, row-major. */
  f32: string;
}

export function goldenArray(array: GoldenArray): Float32Array {
  return new Float32Array(Uint8Array.from(atob(array.f32), (c) => c.charCodeAt(0)).buffer);
}
