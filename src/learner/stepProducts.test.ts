import { expect, test } from 'vitest';
import { packGroup } from './packing.ts';
import { stepProducts, totalProducts } from './stepProducts.ts';
import { SMALL } from './syntheticDecoder.ts';

test('multiply-adds of a group, counted by hand', () => {
  const config = { ...SMALL, num_hidden_layers: 1 };
  const products = stepProducts(config, { r: 2, target_modules: ['q_proj'] }, packGroup(4, [2, 1]));
  // Rows: 3 of the prompt, 2 and 1 of the responses. Heads 4 x 6 wide, keys 2 x 6, hidden 16, inner 24.
  expect(products).toEqual({
    linear: 2 * 6 * (16 * 24 + 2 * 16 * 12 + 24 * 16 + 3 * 16 * 24),
    lora: 3 * 6 * 2 * (16 + 24),
    attention: 6 * (6 + (2 * 3 + 3) + (3 + 1)) * 24,
    vocabulary: 2 * 3 * 37 * 16,
  });
  expect(totalProducts(products)).toBe(
    products.linear + products.lora + products.attention + products.vocabulary,
  );
});
