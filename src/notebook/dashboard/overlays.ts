/** Colours and dashes of runs laid over the first; five at most. */
export const OVERLAYS = [
  { colour: '--run-1', dash: '7 3' },
  { colour: '--run-2', dash: '2 3' },
  { colour: '--run-3', dash: '9 3 2 3' },
  { colour: '--run-4', dash: '4 4' },
  { colour: '--run-5', dash: '1 2' },
];
