/** 95 % intervals of shares and means. */
import type { Proportion } from './report.ts';

const Z = 1.959963984540054;

/** Student's t at 97.5 % for 1 to 10 degrees of freedom. */
const T = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281];

/**
 * Wilson's score interval.
 * @param successes may be a fraction of an effective sample.
 * @param n 0 gives a value of NaN between 0 and 1.
 */
export function wilson(successes: number, n: number): Proportion {
  if (n === 0) return { value: NaN, n, low: 0, high: 1 };
  const value = successes / n;
  const spread = Z * Math.sqrt((value * (1 - value)) / n + Z ** 2 / (4 * n ** 2));
  const centre = value + Z ** 2 / (2 * n);
  const scale = 1 + Z ** 2 / n;
  return {
    value,
    n,
    low: Math.max(0, (centre - spread) / scale),
    high: Math.min(1, (centre + spread) / scale),
  };
}

/**
 * Mean of one share a question, with Wilson's interval for the effective sample size p(1-p) / (variance of the
 * mean over questions) (Korn and Graubard 1998): several samples of one question are not so many questions.
 */
export function proportionOfShares(shares: number[]): Proportion {
  const n = shares.length;
  if (n < 2) return wilson(shares[0] ?? 0, n);
  const value = mean(shares);
  const variance = sampleVariance(shares) / n;
  const effective = variance > 0 ? (value * (1 - value)) / variance : n;
  return { ...wilson(value * effective, effective), value, n };
}

export interface MeanInterval {
  value: number;
  n: number;
  low: number;
  high: number;
}

/** Mean with Student's t interval; fewer than two values give an interval without ends. */
export function meanInterval(values: number[]): MeanInterval {
  const n = values.length;
  const value = mean(values);
  if (n < 2) return { value, n, low: -Infinity, high: Infinity };
  const half = studentT(n - 1) * Math.sqrt(sampleVariance(values) / n);
  return { value, n, low: value - half, high: value + half };
}

/** 97.5 % quantile; from 11 degrees of freedom on by its expansion in 1/df, right to 4 decimals. */
export function studentT(df: number): number {
  if (df <= T.length) return T[df - 1];
  const z = Z;
  return (
    z +
    (z ** 3 + z) / (4 * df) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * df ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * df ** 3)
  );
}

function mean(values: number[]): number {
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}

function sampleVariance(values: number[]): number {
  const centre = mean(values);
  return values.reduce((sum, v) => sum + (v - centre) ** 2, 0) / (values.length - 1);
}
