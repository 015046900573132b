/** A local server with the hub's layout that can also fail in the ways real ones do. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const TINY = fileURLToPath(new URL('../fixtures/tiny-smolvlm', import.meta.url));
export const TINY_ID = 'test/tiny-smolvlm';
export const TINY_QWEN = fileURLToPath(new URL('../fixtures/tiny-qwen2_5_vl', import.meta.url));
export const TINY_QWEN_ID = 'test/tiny-qwen2_5_vl';

export interface Faults {
  /** Answers this status for the file. */
  status?: { path: string; status: number; times?: number };
  /** Ends the connection after so many bytes of the file; so often. */
  cutOff?: { path: string; after: number; times: number };
  /** Sends so many bytes of the file and then nothing more; so often. */
  stall?: { path: string; after: number; times: number };
  /** One byte of the file is another. */
  wrongByte?: { path: string; times: number };
  /** Answers 200 and the whole file whatever range is asked. */
  refuseRange?: boolean;
  /** Has no list of files: only the files themselves. */
  noTree?: boolean;
  /** No list and no hashes: this ETag for every file. */
  unhashed?: string;
  /** The list of files goes on for ever. */
  endlessTree?: boolean;
  /** This file holds no JSON. */
  garbled?: string;
  /** Answers a range from this byte, whatever was asked. */
  otherRange?: number;
  /** Waits between pieces of 16 KB. */
  slow?: number;
}

export class HubServer {
  faults: Faults = {};
  /** "GET /x [bytes=..]" in order. */
  readonly requests: string[] = [];
  readonly #folder: string;
  readonly #id: string;
  readonly #server: Server;

  private constructor(folder: string, id: string) {
    [this.#folder, this.#id] = [folder, id];
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(folder = TINY, id = TINY_ID, port = 0): Promise<HubServer> {
    const hub = new HubServer(folder, id);
    await new Promise<void>((resolve) => hub.#server.listen(port, '127.0.0.1', resolve));
    return hub;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '', headers } = request;
    this.requests.push([method, url, headers.range].filter(Boolean).join(' '));
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Allow-Headers', 'range');
    response.setHeader(
      'Access-Control-Expose-Headers',
      'Content-Range, Link, ETag, X-Linked-Size, X-Linked-Etag',
    );
    if (method === 'OPTIONS') return void response.writeHead(204).end();
    const { pathname } = new URL(url, this.address);
    const { noTree, unhashed, endlessTree } = this.faults;
    if (pathname.startsWith('/api/') && endlessTree) {
      response.setHeader('Link', `<${this.address}/api/more>; rel="next"`);
      return void response.writeHead(200, { 'Content-Type': 'application/json' }).end('[]');
    }
    if (pathname === `/api/models/${this.#id}/tree/main` && !noTree && unhashed === undefined)
      return void response
        .writeHead(200, { 'Content-Type': 'application/json' })
        .end(JSON.stringify(this.#tree()));
    const path = pathname.startsWith(`/${this.#id}/resolve/main/`)
      ? decodeURIComponent(pathname.slice(`/${this.#id}/resolve/main/`.length))
      : null;
    const file = path === null || path.includes('..') ? null : join(this.#folder, path);
    if (file === null || !statSync(file, { throwIfNoEntry: false })?.isFile())
      return void response.writeHead(404).end();
    const bytes = path === this.faults.garbled ? Buffer.from('{ no JSON') : readFileSync(file);
    await this.#send(path!, bytes, request, response);
  }

  async #send(
    path: string,
    whole: Buffer,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { status, cutOff, stall, wrongByte, slow, unhashed, otherRange } = this.faults;
    if (status && isMeant(status, path)) return void response.writeHead(status.status).end();
    let bytes = whole;
    if (wrongByte && isMeant(wrongByte, path)) {
      bytes = Buffer.from(whole);
      bytes[bytes.length >> 1] ^= 1;
    }
    const asked = this.faults.refuseRange ? null : /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
    const from = asked ? (otherRange ?? Number(asked[1])) : 0;
    if (from > 0 && from >= bytes.length) return void response.writeHead(416).end();
    const { hash, lfs } = hashOf(path, whole);
    response.writeHead(asked ? 206 : 200, {
      'Content-Type': 'application/octet-stream',
      'Content-Length': bytes.length - from,
      'X-Linked-Size': whole.length,
      [lfs && unhashed === undefined ? 'X-Linked-Etag' : 'ETag']: `"${unhashed ?? hash}"`,
      ...(asked && { 'Content-Range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
    });
    if (request.method === 'HEAD') return void response.end();
    const cut = cutOff && cutOff.path === path && isMeant(cutOff, path) ? cutOff.after : Infinity;
    const still = stall && isMeant(stall, path) ? stall.after : Infinity;
    const end = Math.min(bytes.length, from + Math.min(cut, still));
    for (let at = from; at < end; at += 16384) {
      response.write(bytes.subarray(at, Math.min(end, at + 16384)));
      if (slow) await new Promise((resolve) => setTimeout(resolve, slow));
    }
    if (cut !== Infinity) await new Promise((resolve) => setTimeout(resolve, 20));
    if (cut !== Infinity) response.destroy();
    else if (still === Infinity) response.end();
  }

  #tree() {
    const entries = readdirSync(this.#folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const file = join(entry.parentPath, entry.name);
        const path = relative(this.#folder, file);
        const bytes = readFileSync(file);
        const { hash, lfs } = hashOf(path, bytes);
        return lfs
          ? {
              type: 'file',
              path,
              size: bytes.length,
              oid: 'f'.repeat(40),
              lfs: { oid: hash, size: bytes.length, pointerSize: 131 },
            }
          : { type: 'file', path, size: bytes.length, oid: hash };
      });
  }
}

/** Counts a fault's uses down. */
function isMeant(fault: { path: string; times?: number }, path: string): boolean {
  if (fault.path !== path || fault.times === 0) return false;
  if (fault.times !== undefined) fault.times--;
  return true;
}

/** As the hub stores it: ONNX files as LFS objects, the rest in git. */
function hashOf(path: string, bytes: Buffer): { hash: string; lfs: boolean } {
  if (path.endsWith('.onnx') || path.includes('.onnx_data'))
    return { hash: createHash('sha256').update(bytes).digest('hex'), lfs: true };
  return {
    hash: createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex'),
    lfs: false,
  };
}
