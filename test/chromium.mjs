import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** WebGPU and WebGL on the software adapter, and no chatter with servers. */
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
  '--use-angle=swiftshader',
  '--disable-vulkan-surface',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** CHROME_PATH, else the system's Chromium or Chrome, else the one Playwright installed. @throws when there is none. */
export async function findChromium() {
  const { chromium } = await import('playwright');
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((dir) => NAMES.map((name) => join(dir, name)));
  const candidates = process.env.CHROME_PATH
    ? [process.env.CHROME_PATH]
    : [...onPath, MAC, chromium.executablePath()];
  const found = candidates.find((path) => existsSync(path));
  if (found) return found;
  if (process.env.CHROME_PATH) throw new Error(`CHROME_PATH ${process.env.CHROME_PATH} does not exist`);
  throw new Error(
    'no Chromium found: run "apt-get install chromium" or "npx playwright install chromium", or set CHROME_PATH',
  );
}
