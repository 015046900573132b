/** How the service worker answers: from what it keeps, and with the headers that WebAssembly threads need. */
import type { Part } from './site.ts';
import type { Told } from './messages.ts';

export const CACHE_PREFIX = 'robot-r1-site-';

/** Where a host sends no isolation headers, these make the page isolated from its second opening on. */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** What the site asks of its own host and may keep. Parts of files and everything of other hosts pass by. */
export function isOurs(request: Request, scope: string): boolean {
  return request.method === 'GET' && request.url.startsWith(scope) && !request.headers.has('Range');
}

/** Under which address a request is kept: any way of opening the page is one page, whatever stands after "?". */
export function keyOf(request: Request, scope: string): string {
  if (request.mode !== 'navigate') return request.url;
  const { origin, pathname } = new URL(request.url);
  const page = origin + pathname;
  return page === `${scope}index.html` ? scope : page;
}

export function isolated(response: Response): Response {
  if (response.type === 'opaque' || response.type === 'opaqueredirect' || response.redirected)
    return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}

/** Names of ours in the order they were made: all but this version's and the one before it, which other tabs may still use. */
export function outdated(names: string[], current: string): string[] {
  const others = names.filter((name) => name.startsWith(CACHE_PREFIX) && name !== current);
  return others.slice(0, -1);
}

/** A part is kept when all its files are. */
export function absentParts(parts: Part[], isKept: (path: string) => boolean): Told['absent'] {
  return parts.filter(({ files }) => !files.every(isKept)).map(({ name, unasked }) => ({ name, unasked }));
}
