/** How fast bytes come, over the last seconds. */

const WINDOW = 10_000;
const LEAST = 1000;

export class SpeedMeter {
  private readonly marks: { bytes: number; at: number }[] = [];

  /** @param bytes in all so far. @param at milliseconds of a clock that only rises. */
  record(bytes: number, at: number): void {
    const last = this.marks[this.marks.length - 1] as { bytes: number; at: number } | undefined;
    // Begun anew: what came before says nothing.
    if (last && bytes < last.bytes) this.marks.length = 0;
    // Ten marks a second are enough.
    else if (last && at - last.at < 100 && this.marks.length > 1) this.marks.pop();
    this.marks.push({ bytes, at });
    while (at - this.marks[0].at > WINDOW && this.marks.length > 2) this.marks.shift();
  }

  /** Null in the first second and while nothing comes. */
  secondsFor(bytes: number): number | null {
    const first = this.marks[0] as { bytes: number; at: number } | undefined;
    const last = this.marks[this.marks.length - 1];
    if (!first || last.at - first.at < LEAST || last.bytes === first.bytes) return null;
    return (bytes * (last.at - first.at)) / (last.bytes - first.bytes) / 1000;
  }
}
