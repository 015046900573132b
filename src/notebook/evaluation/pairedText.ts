import type { MeanInterval } from '../../evaluation/intervals.ts';

const points = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(100 * value).toFixed(1)}`;

/** A change of an accuracy with its interval, in percentage points: "−3.1 (−13.9 to +7.7)". */
export const changeText = ({ value, low, high, n }: MeanInterval) =>
  // Without any spread the interval would have no width and claim a certainty that n questions cannot give.
  low === 0 && high === 0 ? `the same on all ${n}` : `${points(value)} (${points(low)} to ${points(high)})`;

/** "McNemar p = 0.70", kept on one line; what is smaller than its digits is said to be. */
export const mcnemarText = (p: number) =>
  `McNemar p ${p < 0.001 ? '< 0.001' : `= ${p.toFixed(3)}`}`.replaceAll(' ', '\u00a0');
