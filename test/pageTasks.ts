/** What holds a page's thread up, by Chromium's own tracing: a busy machine lengthens tasks by the clock, not of the thread. */
import type { Page } from 'playwright';

/** Milliseconds. */
export interface Task {
  /** By the clock: waiting for a core counts. */
  clock: number;
  /** Of the thread itself. */
  thread: number;
}

const MARK = 'the page that is traced';

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** Microseconds. */
  ts: number;
  dur?: number;
  tdur?: number;
  args: { chrome_mojo_event_info?: { mojo_interface_tag?: string } };
}

/**
 * Traces from now on.
 * @returns ends it, with the tasks of the page's thread; those that only answer the driver of the browser are left out
 */
export async function traceTasks(page: Page): Promise<() => Promise<Task[]>> {
  const session = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', 'blink.user_timing'], excludedCategories: ['*'] },
  });
  // Tells the page's thread from those of other pages and of the browser itself.
  await page.evaluate((mark) => performance.mark(mark), MARK);
  return async () => {
    const complete = new Promise<void>((resolve) => session.once('Tracing.tracingComplete', () => resolve()));
    await session.send('Tracing.end');
    await complete;
    const mark = events.find(({ name }) => name === MARK);
    if (!mark)
      throw new Error('the trace does not hold the mark of the page: nothing can be said of its thread');
    const here = events.filter(({ ph, pid, tid }) => ph === 'X' && pid === mark.pid && tid === mark.tid);
    const driving = here.filter(
      ({ args }) => args.chrome_mojo_event_info?.mojo_interface_tag === 'blink.mojom.DevToolsSession',
    );
    return here
      .filter(({ name }) => name === 'ThreadControllerImpl::RunTask')
      .filter(({ ts, dur = 0 }) => !driving.some((other) => other.ts >= ts && other.ts <= ts + dur))
      .map(({ dur = 0, tdur = 0 }) => ({ clock: dur / 1000, thread: tdur / 1000 }));
  };
}

/**
 * What the page itself is told of its long tasks from now on, milliseconds by the clock.
 * @returns ends it; throws when the browser would not have told of one
 */
export async function observeLongTasks(page: Page): Promise<() => Promise<number[]>> {
  await page.evaluate(() => {
    const durations: number[] = [];
    const observer = new PerformanceObserver((list) =>
      durations.push(...list.getEntries().map(({ duration }) => duration)),
    );
    observer.observe({ type: 'longtask' });
    Object.assign(globalThis, { longTasks: durations });
  });
  return () =>
    page.evaluate(async () => {
      const { longTasks } = globalThis as unknown as { longTasks: number[] };
      const told = [...longTasks];
      // One made on purpose shows that the others would have been seen.
      await new Promise<void>((resolve) =>
        setTimeout(() => {
          for (const end = performance.now() + 80; performance.now() < end;);
          resolve();
        }),
      );
      for (let wait = 0; longTasks.length === told.length; wait++) {
        if (wait === 50) throw new Error('the browser told of no long task, not even of one made on purpose');
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return told;
    });
}
