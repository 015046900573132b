import { defineConfig } from '@playwright/test';
import { CHROMIUM_FLAGS, findChromium } from '../chromium.mjs';
import { ISOLATED_PORT, PLAIN_PORT } from './ports.ts';

export default defineConfig({
  testDir: '..',
  testMatch: ['e2e/*.spec.ts', 'browser/*.spec.ts'],
  outputDir: '../../node_modules/.cache/e2e',
  timeout: 900_000,
  // What is waited for, not how long: a busy machine takes its time.
  expect: { timeout: 240_000 },
  // Pages wait more than they compute.
  workers: 2,
  reporter: 'list',
  use: {
    baseURL: `http://localhost:${ISOLATED_PORT}/`,
    launchOptions: { executablePath: await findChromium(), args: CHROMIUM_FLAGS },
  },
  webServer: [
    {
      command: `node test/e2e/serve.mjs ${ISOLATED_PORT} / isolated`,
      port: ISOLATED_PORT,
      cwd: '../..',
    },
    {
      command: `node test/e2e/serve.mjs ${PLAIN_PORT} /some/where/`,
      port: PLAIN_PORT,
      cwd: '../..',
    },
  ],
});
