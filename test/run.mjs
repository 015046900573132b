// npm test: every check in order. npm test -- --only unit,lint runs some of them.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import util from 'node:util';
import { checkNode, installMissing } from '../src/node/prepare.mjs';
import { findChromium } from './chromium.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'robot-r1-test-'));

/** Each returns its counts; a check without tests of its own counts as one. */
const STAGES = {
  types: () =>
    check(
      ['svelte-check', '--tsconfig', './tsconfig.json', '--fail-on-warnings'],
      ['tsc', '--noEmit', '-p', '.'],
    ),
  lint: () => check(['eslint', '.', '--max-warnings', '0']),
  format: () => check(['prettier', '--check', '.']),
  unit,
  build: () => check(['vite', 'build', '--logLevel', 'warn']),
  e2e,
};

async function main() {
  checkNode();
  const stages = chosenStages();
  await installMissing(ROOT);
  const total = { passed: 0, failed: 0, skipped: [] };
  const failures = [];
  for (const name of stages) {
    console.log(`\n=== ${name} ===`);
    const start = performance.now();
    const counts = failures.includes('build') ? cannotRun('the build failed') : await STAGES[name]();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`--- ${name}: ${counts.failed ? 'FAILED' : 'ok'} in ${seconds} s`);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped.push(...counts.skipped);
    if (counts.failed) failures.push(name);
  }
  console.log('');
  for (const title of total.skipped) console.log(`skipped: ${title}`);
  if (failures.length) console.log(`failed: ${failures.join(', ')}`);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  process.exitCode = failures.length ? 1 : 0;
}

function chosenStages() {
  const { values } = util.parseArgs({ options: { only: { type: 'string', multiple: true } } });
  const names = values.only?.flatMap((list) => list.split(',')) ?? Object.keys(STAGES);
  const unknown = names.find((name) => !Object.hasOwn(STAGES, name));
  if (unknown !== undefined)
    throw new Error(`--only ${unknown}: choose from ${Object.keys(STAGES).join(', ')}`);
  return Object.keys(STAGES).filter((name) => names.includes(name));
}

async function check(...commands) {
  for (const command of commands)
    if ((await run(command)) !== 0) return { passed: 0, failed: 1, skipped: [] };
  return { passed: 1, failed: 0, skipped: [] };
}

async function unit() {
  const report = join(scratch, 'vitest.json');
  const code = await run([
    'vitest',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  if (!existsSync(report)) return cannotRun(`vitest ended with code ${code} and no report`);
  const { testResults, numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'));
  const broken = testResults.filter((file) => file.status === 'failed' && !hasFailure(file)).length;
  const skipped = testResults.flatMap((file) =>
    file.assertionResults.filter((t) => !['passed', 'failed'].includes(t.status)).map((t) => t.fullName),
  );
  return atLeastOneFailure(code, { passed: numPassedTests, failed: numFailedTests + broken, skipped });
}

function hasFailure(file) {
  return file.assertionResults.some((test) => test.status === 'failed');
}

async function e2e() {
  let chromium;
  try {
    chromium = await findChromium();
  } catch (error) {
    return cannotRun(error.message);
  }
  const report = join(scratch, 'playwright.json');
  const env = { CHROME_PATH: chromium, PLAYWRIGHT_JSON_OUTPUT_FILE: report };
  const code = await run(
    ['playwright', 'test', '-c', 'test/e2e/playwright.config.ts', '--reporter=list,json'],
    env,
  );
  if (!existsSync(report)) return cannotRun(`playwright ended with code ${code} and no report`);
  const { stats, suites } = JSON.parse(readFileSync(report, 'utf8'));
  const passed = stats.expected + stats.flaky;
  return atLeastOneFailure(code, { passed, failed: stats.unexpected, skipped: skippedTitles(suites) });
}

function skippedTitles(suites) {
  return suites.flatMap((suite) => [
    ...suite.specs.filter((spec) => spec.tests.some((t) => t.status === 'skipped')).map((spec) => spec.title),
    ...skippedTitles(suite.suites ?? []),
  ]);
}

/** A run that fails outside of a test, e.g. by an unhandled rejection, must not look clean. */
function atLeastOneFailure(code, counts) {
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

function cannotRun(reason) {
  console.error(reason);
  return { passed: 0, failed: 1, skipped: [] };
}

/** Runs a program of node_modules/.bin. @returns its exit code. */
function run([program, ...args], env = {}) {
  const bin = join(ROOT, 'node_modules', '.bin', program);
  const windows = process.platform === 'win32';
  return new Promise((resolve) => {
    spawn(windows ? `${bin}.cmd` : bin, args, {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
      shell: windows,
    })
      .on('error', (error) => {
        console.error(error.message);
        resolve(1);
      })
      .on('close', (code) => resolve(code ?? 1));
  });
}

main()
  .catch((error) => {
    console.error(`npm test: ${error.message}`);
    process.exitCode = 1;
  })
  .finally(() => rmSync(scratch, { recursive: true, force: true }));
