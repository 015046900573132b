/** When a view is drawn and how sharply: never before the last drawing is done, so that the latest state wins. */

export interface Drawn {
  /** @param sharpness share of the screen's pixels a side, up to 1 */
  draw(sharpness: number): void;
  /** Whether the last drawing is still under way on the GPU. */
  busy(): boolean;
}

/** A moving view is drawn at one of these, a resting one at the first. */
export const SHARPNESS = [1, 0.7, 0.5, 0.35];
/** Milliseconds that a drawing of a moving view may take: 25 a second. */
const SLOW = 40;
/** Milliseconds without a change after which a view rests. */
const REST = 150;

export class DrawLoop {
  readonly #view: Drawn;
  readonly #nextRefresh: (then: (now: number) => void) => unknown;
  /** Into SHARPNESS. */
  #step = 0;
  #changed = false;
  #changedAt = -Infinity;
  #running = false;
  /** What the canvas shows, or will. */
  #sharpness = SHARPNESS[0];
  /** Of a drawing under way whose time counts. */
  #begun: number | null = null;

  constructor(
    view: Drawn,
    nextRefresh: (then: (now: number) => void) => unknown = (then) => requestAnimationFrame(then),
  ) {
    this.#view = view;
    this.#nextRefresh = nextRefresh;
  }

  /** Whether all changes are drawn in full. */
  get idle(): boolean {
    return !this.#running;
  }

  /** Something to be drawn has changed. */
  change(): void {
    this.#changed = true;
    if (this.#running) return;
    // What was slow once may be quick now.
    this.#step = Math.max(0, this.#step - 1);
    this.#running = true;
    this.#nextRefresh((now) => this.#refresh(now));
  }

  #refresh(now: number): void {
    if (!this.#view.busy()) {
      if (this.#begun !== null && now - this.#begun > SLOW)
        this.#step = Math.min(this.#step + 1, SHARPNESS.length - 1);
      this.#begun = null;
      if (this.#changed) {
        [this.#changed, this.#changedAt, this.#begun] = [false, now, now];
        this.#draw(SHARPNESS[this.#step]);
      } else if (this.#sharpness < SHARPNESS[0]) {
        if (now - this.#changedAt >= REST) this.#draw(SHARPNESS[0]);
      } else {
        this.#running = false;
        return;
      }
    }
    this.#nextRefresh((later) => this.#refresh(later));
  }

  #draw(sharpness: number): void {
    this.#sharpness = sharpness;
    this.#view.draw(sharpness);
  }
}
