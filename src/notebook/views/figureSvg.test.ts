import { expect, test } from 'vitest';
import { figureSvg } from './figureSvg.ts';

const colours: Record<string, string> = { '--reward': 'rgb(143, 91, 0)' };
const colourOf = (name: string) => colours[name] ?? 'gray';
const figure = {
  title: 'a < b & "c"',
  series: [{ label: 'reward', colour: '--reward', x: [1, 2], y: [0, 1] }],
};

test('a document of its own: size, escaped words, colours resolved', () => {
  const svg = figureSvg([figure, figure, figure, figure], colourOf);
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="1340" height="520"/);
  expect(svg.match(/a &lt; b &amp; &quot;c&quot;/g)).toHaveLength(4);
  expect(svg.match(/stroke="rgb\(143, 91, 0\)"/g)).toHaveLength(4);
  expect(svg).not.toContain('var(');
  expect(svg).not.toContain('NaN');
});

test('one figure alone is one figure wide', () => {
  expect(figureSvg([figure], colourOf)).toContain('width="460" height="270"');
});
