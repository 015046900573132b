/** A page of Chromium that can import the sources, for the tests of one file. */
import { chromium, type Browser, type Page } from 'playwright-core';
import type { ViteDevServer } from 'vite';
import { afterAll, beforeAll } from 'vitest';
import { CHROMIUM_FLAGS, chromiumPath, serveSources } from '../src/node/record.ts';

/** A busy machine starts a browser slowly. */
export const PATIENCE = 300_000;

/** Opened before the first test and closed after the last. @returns the page, to be asked for inside a test. */
export function sourcesPage(): () => Page {
  let server: ViteDevServer;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    server = await serveSources();
    browser = await chromium.launch({
      executablePath: chromiumPath(),
      args: CHROMIUM_FLAGS,
      timeout: PATIENCE,
    });
    page = await browser.newPage();
    await page.goto(`${server.resolvedUrls!.local[0]}record`, { timeout: PATIENCE });
  }, PATIENCE);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
  return () => page;
}
