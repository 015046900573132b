/** The theme's colours that a scene is drawn in; the thread that draws cannot read them itself. */
import { OPTION_LETTERS, type OptionLetter } from '../../questions/question.ts';

const NAMES = {
  ink: '--ink',
  light: '--mark-light',
  dark: '--mark-dark',
  now: '--mark-now',
  think: '--mark-think',
  right: '--mark-right',
  table: '--plain-table',
  x: '--axis-x',
  y: '--axis-y',
  z: '--axis-z',
} as const;

/** CSS colours in a form that three.js reads, such as hex. */
export type Palette = Record<keyof typeof NAMES, string> & { options: Record<OptionLetter, string> };

/** @param colour of a custom property of the theme */
export function paletteOf(colour: (name: string) => string): Palette {
  const own = Object.entries(NAMES).map(([key, name]) => [key, colour(name)]);
  const options = OPTION_LETTERS.map((letter) => [letter, colour(`--option-${letter.toLowerCase()}`)]);
  return Object.fromEntries([...own, ['options', Object.fromEntries(options)]]) as Palette;
}
