/** Depth and masks as pictures that people can read. */
import type { Layer, LayerName } from './demonstration.ts';

export interface LayerPicture {
  width: number;
  height: number;
  /** RGBA. */
  pixels: Uint8ClampedArray<ArrayBuffer>;
  /** Least and greatest finite value of the layer; null where there is none. */
  range: { low: number; high: number } | null;
  /** Different values, of masks. */
  objects: number;
}

/** Depth in grey, near is light and unknown is black; each handle of a mask in a colour of its own. */
export function layerPicture(layer: Layer, name: LayerName): LayerPicture {
  const { width, height, values } = layer;
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const range = low <= high ? { low, high } : null;
  const handles = new Map<number, [number, number, number]>();
  const pixels = new Uint8ClampedArray(4 * width * height);
  for (const [i, value] of values.entries()) {
    pixels[4 * i + 3] = 255;
    if (!Number.isFinite(value)) continue;
    if (name === 'depth') {
      const grey = high > low ? 40 + (215 * (high - value)) / (high - low) : 255;
      pixels.fill(grey, 4 * i, 4 * i + 3);
      continue;
    }
    const colour = handles.get(value) ?? colourOf(value);
    handles.set(value, colour);
    pixels.set(colour, 4 * i);
  }
  return { width, height, pixels, range, objects: handles.size };
}

/** Golden-ratio steps of hue, so that neighbouring handles differ most; the same handle is the same colour everywhere. */
function colourOf(handle: number): [number, number, number] {
  const hue = (handle * 0.618033988749895) % 1;
  const light = handle % 2 ? 0.62 : 0.45;
  const channel = (n: number) => {
    const k = (n + hue * 12) % 12;
    const reach = 0.55 * Math.min(light, 1 - light);
    return 255 * (light - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return [channel(0), channel(8), channel(4)];
}
