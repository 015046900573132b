import { expect, test } from 'vitest';
import { DrawLoop, SHARPNESS } from './drawLoop.ts';

const REFRESH = 16;

/** A GPU on which a drawing at full sharpness takes so long, in milliseconds, and a screen that refreshes on demand. */
function staged(full: () => number) {
  let now = 0;
  let doneAt = 0;
  let then: ((now: number) => void) | null = null;
  const drawn: { at: number; sharpness: number; state: number }[] = [];
  const stage = {
    state: 0,
    drawn,
    loop: new DrawLoop(
      {
        draw(sharpness) {
          expect(now).toBeGreaterThanOrEqual(doneAt);
          drawn.push({ at: now, sharpness, state: stage.state });
          doneAt = now + full() * sharpness ** 2;
        },
        busy: () => now < doneAt,
      },
      (f) => (then = f),
    ),
    refresh(times = 1) {
      for (let i = 0; i < times; i++) {
        now += REFRESH;
        const due = then;
        then = null;
        due?.(now);
      }
    },
    /** A change at each of so many refreshes. */
    scrub(moves: number) {
      for (let i = 0; i < moves; i++) {
        stage.state++;
        stage.loop.change();
        stage.refresh();
      }
    },
  };
  return stage;
}

test('a quick GPU draws every change in full, and nothing more', () => {
  const stage = staged(() => 5);
  stage.scrub(20);
  stage.refresh(20);
  expect(stage.drawn.map(({ state }) => state)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  expect(stage.drawn.every(({ sharpness }) => sharpness === 1)).toBe(true);
  expect(stage.loop.idle).toBe(true);
});

test('a slow GPU draws a moving view coarsely and soon, the latest state each time, and a resting one in full', () => {
  const stage = staged(() => 160);
  stage.scrub(100);
  const moving = stage.drawn.slice(4);
  expect(moving.every(({ sharpness }) => sharpness < 1)).toBe(true);
  const intervals = moving.slice(1).map(({ at }, i) => at - moving[i].at);
  expect(Math.max(...intervals)).toBeLessThanOrEqual(48);
  // What is drawn is what the view is then, not what it was when a drawing was asked for.
  for (const { at, state } of stage.drawn) expect(state).toBe(at / REFRESH);
  stage.refresh(30);
  expect(stage.drawn.at(-1)).toMatchObject({ sharpness: 1, state: 100 });
  expect(stage.drawn.filter(({ state }) => state === 100)).toHaveLength(2);
  expect(stage.loop.idle).toBe(true);
});

test('a GPU that was busy for a while draws in full again after it', () => {
  let time = 500;
  const stage = staged(() => time);
  stage.scrub(60);
  expect(stage.drawn.at(-1)!.sharpness).toBe(SHARPNESS.at(-1));
  time = 5;
  for (let movement = 0; movement < 3; movement++) {
    stage.refresh(60);
    stage.scrub(5);
  }
  expect(stage.drawn.at(-1)!.sharpness).toBe(1);
});
