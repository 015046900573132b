/** Shape and ink of each letter in a box of 24 about the origin, so that options are told apart without colour. */
export const OPTION_MARKS = {
  A: { path: 'M0-10a10 10 0 1 0 .01 0z', ink: 'light', drop: 0.4, font: 12 },
  B: { path: 'M-9-9H9V9H-9z', ink: 'dark', drop: 0.4, font: 12 },
  C: { path: 'M0-11.5 11 8.5H-11z', ink: 'dark', drop: 2.2, font: 10.5 },
  D: { path: 'M0-12 12 0 0 12-12 0z', ink: 'dark', drop: 0.4, font: 12 },
  E: { path: 'M0-11.5 11.5-3.1 7.1 10H-7.1L-11.5-3.1z', ink: 'light', drop: 0.6, font: 12 },
  F: { path: 'M-6-10.5H6L11.5 0 6 10.5H-6L-11.5 0z', ink: 'dark', drop: 0.4, font: 12 },
  G: { path: 'M0 11.5-11-8.5H11z', ink: 'dark', drop: -1.8, font: 10.5 },
  H: { path: 'M-4-11H4V-4H11V4H4V11H-4V4H-11V-4H-4z', ink: 'light', drop: 0.4, font: 12 },
} as const;
