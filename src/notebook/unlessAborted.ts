/** Tells nothing after an abort: a worker's word of progress may come later than the end of its work. */
export function unlessAborted<A extends unknown[]>(
  signal: AbortSignal,
  tell: (...args: A) => void,
): (...args: A) => void {
  return (...args) => {
    if (!signal.aborted) tell(...args);
  };
}
