// What `npm start` and `npm test` need before anything else: plain Node, nothing installed yet.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What vite 8 asks for. */
const NODE = [20, 19];

const SOURCES = [
  'index.html',
  'src',
  'workers',
  'public',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'vite.config.ts',
];

/** @throws Error when this Node is too old. */
export function checkNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  if (major < NODE[0] || (major === NODE[0] && minor < NODE[1]))
    throw new Error(
      `Node ${version} is too old: install Node ${NODE.join('.')} or newer from https://nodejs.org`,
    );
}

/** Installs the packages of package-lock.json unless exactly these are there. Needs the network only then. */
export async function installMissing(root) {
  const lock = join(root, 'package-lock.json');
  const reason = whyInstall(root, lock);
  if (!reason) return;
  const command = existsSync(lock) ? 'ci' : 'install';
  console.log(`Installing packages (${reason}): npm ${command}`);
  const code = await npm([command, '--include=dev', '--no-audit', '--no-fund'], root);
  if (code !== 0)
    throw new Error(`npm ${command} failed with code ${code}: the first start needs the network`);
}

function whyInstall(root, lock) {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return 'none are installed';
  if (!existsSync(lock)) return null;
  const wanted = readPackages(lock);
  const there = readPackages(installed);
  const stale = Object.entries(wanted).find(
    ([path, { version, optional }]) => path !== '' && !optional && there[path]?.version !== version,
  );
  return stale ? `${stale[0].replace(/^.*node_modules\//, '')} ${stale[1].version} is missing` : null;
}

function readPackages(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages;
}

function npm(args, cwd) {
  const viaNode = process.env.npm_execpath?.endsWith('.js');
  const windows = process.platform === 'win32';
  const [command, first] = viaNode
    ? [process.execPath, [process.env.npm_execpath]]
    : [windows ? 'npm.cmd' : 'npm', []];
  return new Promise((resolve, reject) => {
    spawn(command, [...first, ...args], { cwd, stdio: 'inherit', shell: windows && !viaNode })
      .on('error', () => reject(new Error('npm was not found: it comes with Node from https://nodejs.org')))
      .on('close', resolve);
  });
}

/** True when dist is missing or something it is made of is newer. */
export function isBuildStale(root) {
  const page = join(root, 'dist', 'index.html');
  if (!existsSync(page)) return true;
  const built = statSync(page).mtimeMs;
  return SOURCES.some((name) => newest(join(root, name)) > built);
}

/** Latest change at or under a path; a folder's own time tells of removals. */
function newest(path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return 0;
  if (!stats.isDirectory()) return /\.test\.ts$/.test(path) ? 0 : stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}
