/** Was this a cancel and no failure? Errors that crossed from a worker keep their name alone. */
export function isAbort(error: unknown): boolean {
  return (error as { name?: string } | null)?.name === 'AbortError';
}
