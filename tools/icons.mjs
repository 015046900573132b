// The app's icons from public/favicon.svg: node tools/icons.mjs
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { CHROMIUM_FLAGS, findChromium } from '../test/chromium.mjs';

const folder = fileURLToPath(new URL('../public/', import.meta.url));
const drawing = readFileSync(`${folder}favicon.svg`, 'utf8');
const BACK = '#1f2328';

/** A platform cuts a maskable icon to its own shape: what matters stays within the middle four fifths. */
const ICONS = [
  { name: '192', size: 192, share: 1 },
  { name: '512', size: 512, share: 1 },
  { name: 'apple-touch', size: 180, share: 0.9, back: BACK },
  { name: 'maskable', size: 512, share: 0.78, back: BACK },
];

mkdirSync(`${folder}icons`, { recursive: true });
const browser = await chromium.launch({ executablePath: await findChromium(), args: CHROMIUM_FLAGS });
const page = await browser.newPage();
for (const { name, size, share, back } of ICONS) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(
    `<body style="margin:0;height:100vh;display:grid;place-items:center;background:${back ?? 'transparent'}">
       <div style="width:${100 * share}%">${drawing}</div></body>`,
  );
  await page.screenshot({ path: `${folder}icons/${name}.png`, omitBackground: !back });
}
await browser.close();
