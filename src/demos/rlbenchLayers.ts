/** Depth and masks as RLBench stores them, three bytes a pixel (rlbench/backend/utils.py, by its format). */
import { BundleError } from './bundleError.ts';
import type { Layer } from './demonstration.ts';
import type { Pixels } from './png.ts';

const MOST = 2 ** 24 - 1;

/** 24 bits, red highest, from near to far. */
export function depthMetres(
  file: string,
  pixels: Pixels,
  { near, far }: { near: number; far: number },
): Layer {
  return layer(file, pixels, (r, g, b) => near + ((65536 * r + 256 * g + b) / MOST) * (far - near));
}

/** Object handles, red lowest. */
export function maskHandles(file: string, pixels: Pixels): Layer {
  return layer(file, pixels, (r, g, b) => r + 256 * g + 65536 * b);
}

function layer(
  file: string,
  { width, height, channels, values }: Pixels,
  of: (r: number, g: number, b: number) => number,
): Layer {
  if (channels < 3)
    throw new BundleError(file, 'is grey where three bytes a pixel are due: save it as RLBench does');
  const out = Float32Array.from({ length: width * height }, (_, i) =>
    of(values[channels * i], values[channels * i + 1], values[channels * i + 2]),
  );
  return { width, height, values: out };
}
