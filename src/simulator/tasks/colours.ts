/** RLBench's colour names with their red, green and blue in [0, 1]. */

export type Colour = readonly [number, number, number];

export const COLOURS: readonly (readonly [string, Colour])[] = [
  ['red', [1, 0, 0]],
  ['maroon', [0.5, 0, 0]],
  ['lime', [0, 1, 0]],
  ['green', [0, 0.5, 0]],
  ['blue', [0, 0, 1]],
  ['navy', [0, 0, 0.5]],
  ['yellow', [1, 1, 0]],
  ['cyan', [0, 1, 1]],
  ['magenta', [1, 0, 1]],
  ['silver', [0.75, 0.75, 0.75]],
  ['gray', [0.5, 0.5, 0.5]],
  ['orange', [1, 0.5, 0]],
  ['olive', [0.5, 0.5, 0]],
  ['purple', [0.5, 0, 0.5]],
  ['teal', [0, 0.5, 0.5]],
  ['azure', [0, 0.5, 1]],
  ['violet', [0.5, 0, 1]],
  ['rose', [1, 0, 0.5]],
  ['black', [0, 0, 0]],
  ['white', [1, 1, 1]],
];

/** Softened toward what plastic looks like under a lamp: pure primaries blind the picture. */
export function plastic([r, g, b]: Colour): readonly [number, number, number, number] {
  const soft = (x: number) => 0.04 + 0.86 * x;
  return [soft(r), soft(g), soft(b), 1];
}

/** @throws RangeError naming the variation and the range. */
export function colourOf(colours: typeof COLOURS, variation: number, task: string) {
  if (!Number.isInteger(variation) || variation < 0 || variation >= colours.length) {
    throw new RangeError(`${task} has no variation ${variation}: use 0 to ${colours.length - 1}`);
  }
  return { name: colours[variation][0], rgb: colours[variation][1] };
}
