/** Shape of each letter in a box of 24 about the origin, so that options are told apart without colour. */
export const OPTION_MARKS = {
  A: { path: 'M0-10a10 10 0 1 0 .01 0z', ink: '#fff', drop: 0.4, font: 12 },
  B: { path: 'M-9-9H9V9H-9z', ink: '#111', drop: 0.4, font: 12 },
  C: { path: 'M0-11.5 11 8.5H-11z', ink: '#111', drop: 2.2, font: 10.5 },
  D: { path: 'M0-12 12 0 0 12-12 0z', ink: '#111', drop: 0.4, font: 12 },
} as const;
