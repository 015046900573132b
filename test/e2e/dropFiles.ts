import type { Locator, Page } from 'playwright';

/** Times that a hand tries, and milliseconds between them. */
const TRIES = 50;
const PAUSE = 100;

/**
 * Drops files and folders on the page as a person does, by the browser's own drag and drop. While the page scrolls,
 * what lies under the pointer changes, and the browser lets a drop go that came before the new target has said that
 * it takes it; a person moves on and drops again.
 * @param on what they are dropped on; else wherever the pointer is.
 * @throws Error when no drop arrives.
 */
export async function dropFiles(page: Page, files: string[], on?: Locator): Promise<void> {
  const { x, y } = on ? await middleOf(on) : { x: 300, y: 300 };
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files, dragOperationsMask: 1 };
  const send = (type: 'dragEnter' | 'dragOver' | 'drop') =>
    session.send('Input.dispatchDragEvent', { type, x, y, data });
  const dropped = await page.evaluateHandle(() => {
    const seen = { drop: false };
    addEventListener('drop', () => (seen.drop = true), { capture: true, once: true });
    return seen;
  });
  try {
    for (let i = 0; i < TRIES; i++) {
      for (const type of ['dragEnter', 'dragOver', 'dragOver', 'drop'] as const) await send(type);
      if (await dropped.evaluate(({ drop }) => drop)) return;
      await page.waitForTimeout(PAUSE);
    }
    throw new Error(`no drop of ${files.join(' and ')} arrived`);
  } finally {
    await session.detach();
  }
}

async function middleOf(target: Locator): Promise<{ x: number; y: number }> {
  await target.scrollIntoViewIfNeeded();
  const box = (await target.boundingBox())!;
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
