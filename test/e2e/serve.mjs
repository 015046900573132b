// Serves dist/ as a static host would: node serve.mjs PORT BASE [isolated]. Only with "isolated" it sends the headers
// that WebAssembly threads need. The tiny random checkpoint of the tests lies at BASE/tiny/.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const [port, base, isolated] = process.argv.slice(2);
const root = fileURLToPath(new URL('../..', import.meta.url));
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
};

function fileOf(path) {
  if (!path.startsWith(base)) return null;
  const inside = normalize(path.slice(base.length)) || 'index.html';
  if (inside.startsWith('..')) return null;
  const file = inside.startsWith('tiny/')
    ? join(root, 'test/fixtures/tiny-smolvlm', inside.slice(5))
    : join(root, 'dist', inside === '.' ? 'index.html' : inside);
  return existsSync(file) && statSync(file).isFile() ? file : null;
}

createServer((request, response) => {
  const file = fileOf(decodeURIComponent(new URL(request.url, 'http://localhost').pathname));
  if (!file) return void response.writeHead(404).end();
  response.writeHead(200, {
    'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
    'Content-Length': statSync(file).size,
    ...(isolated && {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    }),
  });
  createReadStream(file).pipe(response);
}).listen(Number(port));
