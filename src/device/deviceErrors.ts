/** Two ways in which a device ends the work on it. Each has a name that outlives the way out of a worker. */

/** The graphics device was taken away: by the driver, the browser, or a reset. What lay on it is gone. */
export class DeviceLostError extends Error {
  override readonly name = 'DeviceLostError';

  /** @param reason in the browser's words; may be empty. */
  constructor(reason: string) {
    super(`the graphics device was lost${reason && ` (${reason})`}: go on, and the model is loaded anew`);
  }
}

/** Memory could not be had, of the GPU or of WebAssembly. What was being computed is gone. */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError';

  /** @param advice what to lower, an imperative. */
  constructor(advice: string, options?: ErrorOptions) {
    super(`out of memory: ${advice}`, options);
  }
}

/** Whether what computed must be thrown away and made anew. Errors that crossed from a worker keep their name alone. */
export function endsDevice(error: unknown): boolean {
  const { name } = (error ?? {}) as { name?: string };
  return name === 'DeviceLostError' || name === 'OutOfMemoryError';
}

/**
 * As V8, SpiderMonkey, JavaScriptCore, Emscripten, ONNX Runtime and Dawn put it when memory cannot be had. A heap of
 * WebAssembly that could not grow is told in C++'s words.
 */
const WORDS = [
  /bad[_ ]alloc/i,
  /out of memory/i,
  /not enough memory/i,
  /(could not|failed to|can't|cannot) allocate/i,
  /allocation failed/i,
  /cannot enlarge memory/i,
  /invalid (typed )?array (buffer )?length/i,
  /\bOOM\b/,
];

/** By name where its words say that memory could not be had; else the error as it is. */
export function namedMemoryError(error: unknown, advice: string): unknown {
  if (endsDevice(error) && !(error instanceof OutOfMemoryError)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return WORDS.some((words) => words.test(message)) ? new OutOfMemoryError(advice, { cause: error }) : error;
}
