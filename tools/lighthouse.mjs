// What Lighthouse says of the built page: npm run build && node tools/lighthouse.mjs [--min-performance 90]
// Lighthouse itself is fetched by npx when it is not there; it is no part of the install.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findChromium } from '../test/chromium.mjs';

const PORT = 4316;
const { values } = parseArgs({ options: { 'min-performance': { type: 'string', default: '90' } } });
const LEAST = { performance: Number(values['min-performance']), accessibility: 100, 'best-practices': 100 };
const TIMES = ['first-contentful-paint', 'interactive', 'total-blocking-time'];

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'lighthouse-'));
const server = spawn('node', ['test/e2e/serve.mjs', String(PORT), '/', 'isolated'], { cwd: root });
try {
  const file = join(folder, 'report.json');
  const { status } = spawnSync(
    'npx',
    [
      '--yes',
      'lighthouse@12.8.2',
      `http://localhost:${PORT}/`,
      '--preset=desktop',
      '--quiet',
      `--only-categories=${Object.keys(LEAST).join()}`,
      '--chrome-flags=--headless=new --no-sandbox',
      '--output=json',
      `--output-path=${file}`,
    ],
    { stdio: 'inherit', env: { ...process.env, CHROME_PATH: await findChromium() } },
  );
  if (status !== 0) throw new Error(`lighthouse ended with code ${status}`);
  const { categories, audits } = JSON.parse(readFileSync(file, 'utf8'));
  for (const [id, least] of Object.entries(LEAST)) {
    const score = Math.round(100 * categories[id].score);
    console.log(`${id}: ${score}, at least ${least}`);
    if (score < least) process.exitCode = 1;
    for (const { id: audit } of categories[id].auditRefs)
      if (audits[audit].score !== null && audits[audit].score < 0.9)
        console.log(`  ${audits[audit].title}: ${audits[audit].displayValue ?? ''}`);
  }
  for (const id of TIMES) console.log(`${audits[id].title}: ${audits[id].displayValue}`);
} finally {
  server.kill();
  rmSync(folder, { recursive: true, force: true });
}
