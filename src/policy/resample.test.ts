import { expect, test } from 'vitest';
import { resample } from './resample.ts';

// Pillow 12.3: a = np.fromfunction(lambda y, x, c: (x*37 + y*59 + c*101) % 256, (7, 9, 3)).astype(np.uint8)
// np.asarray(Image.fromarray(a).resize((5, 9), resample)).tobytes().hex()
const PILLOW: [number, string][] = [
  [
    1,
    '0c6aea4dc23e95cd52b82da0157cf131ab566abb48db527b875ab92cac5f61b40cb25864a924de43a39f64a70a985861da18a82a87d049d458a6535cd22587af65d831b3478dca46ca2c979f4bc33c9b4f6ab935d83875975ace467cb63aef0fb77d5e971fd53b8eb444b46599b04fcf4da8347cb144c05b73dc37c22f7cbb53d82da34c85e230',
  ],
  [
    2,
    '157acd4fb44994bd5ea93ea32578dd3ca15676a650bb62857b65aa409f666a9634a46b6e924eb35b938f68943c986162c0379c467cb65cb664966360c62b90b065ca45aa4b8abf54c43b8e9059b055935673a94ab84b828e5bbc5b879d5cc13ba17e6b844bb05985a350af6f8aa954bb5c994979a34eb36d77ca41b1467bba5bc03ba05575da3f',
  ],
  [
    3,
    '0d72e24dbd3e96c756b733a1177aeb34a95073b14ad05583805eb635ab5a65a41ead626c9e39c74f9a9a679e2197605dcf23a3367fc94fc75e9e5a5ccb268baf66d23aaf4889c94cc92f939751c0439a496fb33ecc3b7d8f5aca5082ab4ed924ac7d648d36c14b8aaa44b36c91b24ec852a03e76b046bb6575d938bc347fbd56ce32a2507de237',
  ],
];

const picture = {
  width: 9,
  height: 7,
  data: Uint8Array.from({ length: 189 }, (_, i) => {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % 9, Math.floor(i / 27)];
    return (x * 37 + y * 59 + c * 101) % 256;
  }),
};

test.each(PILLOW)('filter %i shrinks the width and stretches the height as Pillow does', (filter, hex) => {
  const { width, height, data } = resample(picture, 5, 9, filter);
  expect([width, height]).toEqual([5, 9]);
  expect(Buffer.from(data).toString('hex')).toBe(hex);
});

test('a picture of the right size is left alone', () => {
  expect(resample(picture, 9, 7, 1)).toBe(picture);
});

test('an unknown filter is named', () => {
  expect(() => resample(picture, 5, 9, 4)).toThrow('resample 4 is not supported');
});
