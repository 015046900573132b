import { metric } from '../words.ts';

/** A number that can pull either way, its sign always written. */
export function signed(value: number): string {
  const text = metric(Math.abs(value));
  if (text === '0' || text === '–') return text;
  return `${value < 0 ? '−' : '+'}${text}`;
}
