/** `count` frames spread evenly over a demonstration, first and last among them; fewer when it is shorter. */
export function stripFrames(length: number, count: number): number[] {
  const n = Math.min(length, count);
  if (n <= 1) return length > 0 ? [0] : [];
  return Array.from({ length: n }, (_, i) => Math.round((i * (length - 1)) / (n - 1)));
}
