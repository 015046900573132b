/** Tells by name when a device is lost, or memory cannot be had, in the midst of work on it. */
import { DeviceLostError, namedMemoryError, OutOfMemoryError } from './deviceErrors.ts';

/** What of a GPUDevice is watched. */
export type WatchedDevice = Pick<GPUDevice, 'lost' | 'addEventListener'>;

/** A failed call on a lost device may come a little before the loss is known. */
const LOSS_KNOWN_MS = 200;

export class DeviceWatch {
  /** Rejects with DeviceLostError, also while nothing is computed; on a CPU never. */
  readonly lost: Promise<never>;
  readonly #end: Promise<never> | null;
  #ended = false;
  /** WebGPU tells of memory beside the call that wanted it, which goes on with nothing in its buffers. */
  #outOfMemory: (() => void) | null = null;
  #wasOutOfMemory = false;

  /** @param device null where work runs on the CPU: nothing is lost there, but memory runs out. */
  constructor(device: WatchedDevice | null) {
    if (!device) {
      this.#end = null;
      this.lost = new Promise(() => undefined);
      return;
    }
    this.lost = this.#end = device.lost.then(({ message, reason }) => {
      this.#ended = true;
      throw new DeviceLostError(message || reason);
    });
    this.lost.catch(() => undefined);
    device.addEventListener('uncapturederror', (event) => {
      if (!isMemoryError(event.error)) return;
      this.#wasOutOfMemory = true;
      this.#outOfMemory?.();
    });
  }

  /** The device is gone: another watch on another device is needed. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Calls must not overlap.
   * @param advice what to lower when memory cannot be had, an imperative
   * @throws DeviceLostError or OutOfMemoryError, whatever `work` makes of it; else what `work` throws
   */
  async run<T>(advice: string, work: () => Promise<T>): Promise<T> {
    const end = this.#end;
    if (!end) return work().catch((error: unknown) => Promise.reject(asError(error, advice)));
    this.#wasOutOfMemory = false;
    const memory = new Promise<never>((_, reject) => {
      this.#outOfMemory = () => reject(new OutOfMemoryError(advice));
    });
    const working = work();
    try {
      return await Promise.race([end, memory, working]);
    } catch (error) {
      working.catch(() => undefined);
      if (this.#wasOutOfMemory)
        throw error instanceof OutOfMemoryError ? error : new OutOfMemoryError(advice, { cause: error });
      if ((error as Error).name !== 'AbortError')
        await Promise.race([end, new Promise((resolve) => setTimeout(resolve, LOSS_KNOWN_MS))]);
      throw asError(error, advice);
    } finally {
      this.#outOfMemory = null;
    }
  }
}

function isMemoryError(error: GPUError): boolean {
  return typeof GPUOutOfMemoryError !== 'undefined' && error instanceof GPUOutOfMemoryError;
}

function asError(error: unknown, advice: string): Error {
  return namedMemoryError(error, advice) as Error;
}
