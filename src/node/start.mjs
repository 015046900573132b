// npm start: installs and builds what is missing, serves the page, opens it where there is a desktop.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import util from 'node:util';
import { checkNode, installMissing, isBuildStale } from './prepare.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HELP = `Usage: npm start -- [options]

  --host HOST   address to listen on (localhost)
  --port PORT   first port to try (5173)
  --no-open     do not open a browser
  --help        this text`;

async function main() {
  checkNode();
  const options = readOptions();
  if (options.help) return console.log(HELP);
  await installMissing(ROOT);
  const vite = await import('vite');
  if (isBuildStale(ROOT)) {
    console.log('Building the page ..');
    await vite.build({ root: ROOT, logLevel: 'error' });
  }
  const server = await vite.preview({
    root: ROOT,
    logLevel: 'warn',
    preview: { host: options.host, port: options.port, strictPort: false, open: false },
  });
  const url = server.resolvedUrls.local[0] ?? server.resolvedUrls.network[0];
  console.log(`\n  Robot-R1 Notebook: ${url}\n  Ctrl-C ends it.\n`);
  if (!server.resolvedUrls.local.length)
    console.log('  From another machine, browsers give WebGPU and threads only to https pages.\n');
  const stop = () => void server.close().finally(() => process.exit(0));
  process.once('SIGINT', stop);
  if (options.open && hasDesktop()) openBrowser(url);
}

function readOptions() {
  const { values } = util.parseArgs({
    options: {
      host: { type: 'string', default: 'localhost' },
      port: { type: 'string', default: '5173' },
      'no-open': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new Error(`--port ${values.port} is not a port`);
  return { host: values.host, port, open: !values['no-open'], help: values.help };
}

function hasDesktop() {
  const { DISPLAY, WAYLAND_DISPLAY, CI, SSH_CONNECTION } = process.env;
  if (CI || SSH_CONNECTION) return false;
  return process.platform !== 'linux' || Boolean(DISPLAY || WAYLAND_DISPLAY);
}

function openBrowser(url) {
  const [command, ...args] = { darwin: ['open', url], win32: ['cmd', '/c', 'start', '', url] }[
    process.platform
  ] ?? ['xdg-open', url];
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}

main().catch((error) => {
  console.error(`npm start: ${error.message}`);
  process.exit(1);
});
