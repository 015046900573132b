/** Pillow's Image.resize for 8-bit pixels, to the bit: a canvas resamples as each browser likes, and a model sees that. */

export interface RgbImage {
  width: number;
  height: number;
  /** Row-major, three bytes a pixel. */
  data: Uint8Array | Uint8ClampedArray;
}

interface Filter {
  support: number;
  weigh: (x: number) => number;
}

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** By Pillow's number, as in `resample` of preprocessor_config.json. */
const FILTERS: Record<number, Filter> = {
  1: { support: 3, weigh: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
  2: { support: 1, weigh: (x) => Math.max(0, 1 - Math.abs(x)) },
  3: { support: 2, weigh: (x) => cubic(Math.abs(x), -0.5) },
};

function cubic(x: number, a: number): number {
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

/** @param resample Pillow's number: 1 Lanczos, 2 bilinear, 3 bicubic. @throws on any other. */
export function resample(image: RgbImage, width: number, height: number, resample: number): RgbImage {
  const filter = FILTERS[resample];
  if (!filter)
    throw new Error(`resample ${resample} is not supported: use 1 (Lanczos), 2 (bilinear) or 3 (bicubic)`);
  const wide = width === image.width ? image : resampleRows(image, width, filter);
  if (height === wide.height) return wide;
  return transpose(resampleRows(transpose(wide), height, filter));
}

const FIXED_POINT = 2 ** 22;

/** Integer weights of each output pixel over a run of input pixels (Pillow, Resample.c: precompute, normalise). */
function weights(from: number, to: number, filter: Filter): { first: number; weights: Int32Array }[] {
  const scale = from / to;
  const stretch = Math.max(scale, 1);
  const support = filter.support * stretch;
  return Array.from({ length: to }, (_, i) => {
    const center = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const end = Math.min(from, Math.trunc(center + support + 0.5));
    const raw = Array.from({ length: end - first }, (_, k) =>
      filter.weigh((first + k - center + 0.5) / stretch),
    );
    const sum = raw.reduce((a, b) => a + b, 0) || 1;
    const rounded = raw.map((w) => Math.trunc((w / sum) * FIXED_POINT + (w / sum < 0 ? -0.5 : 0.5)));
    return { first, weights: Int32Array.from(rounded) };
  });
}

function resampleRows(image: RgbImage, width: number, filter: Filter): RgbImage {
  const columns = weights(image.width, width, filter);
  const data = new Uint8ClampedArray(3 * width * image.height);
  for (let y = 0; y < image.height; y++) {
    const row = 3 * y * image.width;
    for (let x = 0; x < width; x++) {
      const { first, weights } = columns[x];
      for (let c = 0; c < 3; c++) {
        let sum = FIXED_POINT / 2;
        for (let k = 0; k < weights.length; k++) sum += weights[k] * image.data[row + 3 * (first + k) + c];
        data[3 * (y * width + x) + c] = Math.floor(sum / FIXED_POINT);
      }
    }
  }
  return { width, height: image.height, data };
}

function transpose({ width, height, data }: RgbImage): RgbImage {
  const out = new Uint8ClampedArray(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) out[3 * (x * height + y) + c] = data[3 * (y * width + x) + c];
    }
  }
  return { width: height, height: width, data: out };
}
