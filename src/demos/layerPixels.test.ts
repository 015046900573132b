import { expect, test } from 'vitest';
import { layerPicture } from './layerPixels.ts';

const layer = (...values: number[]) => ({
  width: values.length,
  height: 1,
  values: Float32Array.from(values),
});
const pixel = (pixels: ArrayLike<number>, i: number) => Array.from(pixels).slice(4 * i, 4 * i + 4);

test('depth is light where it is near, black where it is unknown, and says its range', () => {
  const { pixels, range } = layerPicture(layer(2, 1, 1.5, Infinity), 'depth');
  expect(range).toEqual({ low: 1, high: 2 });
  expect(pixel(pixels, 1)).toEqual([255, 255, 255, 255]);
  expect(pixel(pixels, 0)).toEqual([40, 40, 40, 255]);
  expect(pixel(pixels, 2)[0]).toBeGreaterThan(40);
  expect(pixel(pixels, 2)[0]).toBeLessThan(255);
  expect(pixel(pixels, 3)).toEqual([0, 0, 0, 255]);
});

test('a wall at one distance is white, and nothing known has no range', () => {
  expect(pixel(layerPicture(layer(3, 3), 'depth').pixels, 1)).toEqual([255, 255, 255, 255]);
  expect(layerPicture(layer(NaN, Infinity), 'depth').range).toBeNull();
});

test('a handle has one colour everywhere, another handle another', () => {
  const first = layerPicture(layer(48, 49, 48), 'mask');
  expect(first.objects).toBe(2);
  expect(pixel(first.pixels, 0)).toEqual(pixel(first.pixels, 2));
  expect(pixel(first.pixels, 0)).not.toEqual(pixel(first.pixels, 1));
  expect(pixel(layerPicture(layer(7, 48), 'mask').pixels, 1)).toEqual(pixel(first.pixels, 0));
  const handles = Array.from({ length: 100 }, (_, i) => i);
  const { pixels } = layerPicture(layer(...handles), 'mask');
  expect(new Set(handles.map((i) => pixel(pixels, i).join())).size).toBe(100);
});
