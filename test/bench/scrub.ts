/** Scrubbing through a demonstration in the 3D view: time between frames, on the page's thread and where it is drawn. */
import type { Page, Worker } from 'playwright';
import { visit, type PageBench } from './page.ts';
import type { Section } from './table.ts';

const TIMEOUT = 300_000;
/** How often the slider moves, once a refresh. */
const MOVES = 240;

export function scrub(setup: PageBench): Promise<Section> {
  return visit(setup, async (page, url) => {
    page.setDefaultTimeout(TIMEOUT);
    await page.goto(`${url}?device=wasm`, { waitUntil: 'networkidle' });
    const demonstrations = page.locator('#demonstrations');
    await demonstrations.getByRole('button', { name: '3D', exact: true }).click();
    await demonstrations.locator('[role=application][aria-busy=false]').waitFor();
    const drawing = page.workers().find((worker) => /scene/i.test(worker.url()))!;
    await watchDrawings(drawing);
    const intervals = await moveSlider(page);
    const drawings = await drawing.evaluate(
      () => (globalThis as unknown as { drawings: Drawing[] }).drawings,
    );
    const between = drawings.slice(1).map(({ at }, i) => at - drawings[i].at);
    const widths = drawings.map(({ width }) => width);
    return {
      title: `Scrubbing in the 3D view, the slider moved at each of ${MOVES} refreshes; milliseconds between frames`,
      rows: [
        row("the page's thread", intervals),
        row('drawings in the worker, software GPU', between),
        [
          'how sharp they were',
          `${Math.min(...widths)} to ${Math.max(...widths)} pixels across`,
          `${drawings.length} drawings`,
        ],
      ],
    };
  });
}

interface Drawing {
  /** Milliseconds. */
  at: number;
  /** Pixels across the canvas. */
  width: number;
}

/**
 * Notes when the worker begins a drawing from now on: it begins none before the last is done, and sets a fence after
 * each. A text: tsx adds to functions what the browser lacks.
 */
function watchDrawings(worker: Worker): Promise<void> {
  return worker.evaluate(`(() => {
    const { prototype } = WebGL2RenderingContext;
    const { fenceSync } = prototype;
    globalThis.drawings = [];
    prototype.fenceSync = function (...given) {
      drawings.push({ at: performance.now(), width: this.drawingBufferWidth });
      return fenceSync.apply(this, given);
    };
  })()`);
}

function moveSlider(page: Page): Promise<number[]> {
  return page.evaluate(async (moves) => {
    const slider = document.querySelector<HTMLInputElement>('#demonstrations input[type=range]')!;
    const frames = Number(slider.max) + 1;
    const intervals: number[] = [];
    let last = performance.now();
    for (let i = 0; i < moves; i++) {
      slider.value = String(i % frames);
      slider.dispatchEvent(new Event('input', { bubbles: true }));
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const now = performance.now();
      intervals.push(now - last);
      last = now;
    }
    return intervals;
  }, MOVES);
}

function row(what: string, intervals: number[]): [string, string, string] {
  const sorted = intervals.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(1);
  return [what, `median ${at(0.5)}`, `95 % under ${at(0.95)}, longest ${at(1)}`];
}
