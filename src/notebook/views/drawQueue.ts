/** Draws what has changed a little at a time, so that no frame waits long for it. */
import { flushSync } from 'svelte';

/** Of a frame's 16.7 ms. */
const MILLISECONDS = 8;

const waiting = new Map<object, () => void>();
let scheduled = false;

/** `change` is made before long; a later one of the same owner takes its place. */
export function drawSoon(owner: object, change: () => void): void {
  waiting.set(owner, change);
  schedule();
}

export function dontDraw(owner: object): void {
  waiting.delete(owner);
}

function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => setTimeout(draw));
}

function draw(): void {
  scheduled = false;
  const began = performance.now();
  for (const [owner, change] of waiting) {
    waiting.delete(owner);
    flushSync(change);
    if (performance.now() - began > MILLISECONDS) break;
  }
  if (waiting.size) schedule();
}
