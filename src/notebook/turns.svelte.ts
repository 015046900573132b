/** One model, many cells: whoever wants it waits in order of asking. */
export interface Turn {
  /** The cell that asked, as it is called on the page. */
  readonly who: string;
}

export class Turns {
  /** Whose turn it is. */
  holder = $state.raw<Turn | null>(null);
  waiting = $state.raw<readonly Turn[]>([]);
  readonly #begin = new Map<Turn, () => void>();

  /** Does `work` when nobody else is at it. @throws the signal's reason when aborted while waiting; what work throws. */
  async take<T>(turn: Turn, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.#wait(turn, signal);
    try {
      return await work();
    } finally {
      // Stopped while it gave way, it has no turn to end.
      if (this.holder === turn) this.#next();
    }
  }

  /** In the midst of a turn: lets those who wait go first. @returns whether anybody did. */
  async giveWay(signal: AbortSignal): Promise<boolean> {
    const turn = this.holder;
    if (!turn || this.waiting.length === 0) return false;
    this.#next();
    await this.#wait(turn, signal);
    return true;
  }

  async #wait(turn: Turn, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.holder) {
      this.holder = turn;
      return;
    }
    this.waiting = [...this.waiting, turn];
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        this.waiting = this.waiting.filter((other) => other !== turn);
        this.#begin.delete(turn);
        reject(signal.reason as Error);
      };
      this.#begin.set(turn, () => {
        signal.removeEventListener('abort', leave);
        resolve();
      });
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #next(): void {
    const [turn, ...rest] = this.waiting;
    this.holder = turn ?? null;
    this.waiting = rest;
    this.#begin.get(turn)?.();
    this.#begin.delete(turn);
  }
}
