/** A walk over the tokens of a group, response by response, at the reader's pace. */

/** What it needs of the lab. */
interface Walked {
  readonly lengths: number[];
  readonly response: number;
  readonly token: number;
  choose(response: number, token: number): void;
}

export type Pace = 'slow' | 'run';

/** Milliseconds that each token is looked at: slow motion leaves time to read its numbers. */
export const PACES: Record<Pace, number> = { slow: 1600, run: 160 };

export class TokenWalk {
  readonly #lab: Walked;
  /** Null while it rests. */
  pace = $state<Pace | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(lab: Walked) {
    this.#lab = lab;
  }

  /** On to the next token. @returns false at the last token of the last response */
  step(): boolean {
    const { lengths, response, token } = this.#lab;
    if (token + 1 < lengths[response]) this.#lab.choose(response, token + 1);
    else if (response + 1 < lengths.length) this.#lab.choose(response + 1, 0);
    else return false;
    return true;
  }

  /** Goes on by itself until the end or until stopped; from the end it begins again. */
  start(pace: Pace): void {
    this.stop();
    this.pace = pace;
    if (!this.step()) this.#lab.choose(0, 0);
    this.#wait();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.pace = null;
  }

  #wait(): void {
    if (!this.pace) return;
    this.#timer = setTimeout(() => {
      if (this.step()) this.#wait();
      else this.stop();
    }, PACES[this.pace]);
  }
}
