import { expect, test } from 'vitest';
import { pictureSettings, squareColour } from './pictureSettings.ts';

test('what preprocessor_config.json leaves open is taken from the newer file, and the class from any', () => {
  const image_processor = { resample: 3, patch_size: 16, do_normalize: false, image_mean: [0.5] };
  const processor = { image_processor, processor_class: 'Qwen3VLProcessor' };
  const preprocessor = { patch_size: 14, resample: null, image_mean: [0.4], min_pixels: 4 };
  expect(pictureSettings({ preprocessor, processor, tokenizer: {} })).toMatchObject({
    resample: 3,
    patch_size: 14,
    image_mean: [0.4],
    do_normalize: false,
    do_resize: true,
    processor_class: 'Qwen3VLProcessor',
  });
  const older = pictureSettings({
    preprocessor: { image_mean: [0.5] },
    processor: {},
    tokenizer: { processor_class: 'LlavaProcessor' },
  });
  expect(older).toMatchObject({ do_normalize: true, processor_class: 'LlavaProcessor' });
  expect(pictureSettings({ preprocessor: {}, processor: {}, tokenizer: {} })).toBeNull();
});

test('pictures stay whole, and keep their shape where the class itself scales them', () => {
  const stated = { processor_class: 'a', do_image_splitting: true, do_resize: true };
  const of = (image_processor_type: string) =>
    pictureSettings({ preprocessor: { ...stated, image_processor_type }, processor: {}, tokenizer: {} });
  expect(of('CLIPImageProcessor')).toMatchObject({ do_image_splitting: false, do_resize: true });
  expect(of('Lfm2VlImageProcessorFast')).toMatchObject({ do_image_splitting: false, do_resize: false });
});

test('a square for pictures has the mean colour, where config.json asks for one', () => {
  expect(squareColour({ image_aspect_ratio: 'pad' }, { image_mean: [0.5, 0, 1] })).toEqual([127, 0, 255]);
  expect(squareColour({ image_aspect_ratio: 'pad' }, {})).toEqual([0, 0, 0]);
  expect(squareColour({ image_aspect_ratio: 'anyres' }, {})).toBeNull();
  expect(squareColour({}, {})).toBeNull();
});
