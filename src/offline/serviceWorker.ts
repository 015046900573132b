/**
 * Keeps the site for use without a network. The page itself is kept when it is first opened, whatever else it asks for
 * when it asks, the rooms not yet entered when the page has time. A new version waits until the visitor takes it.
 */
import { CACHE_PREFIX, isolated, isOurs, keyOf, outdated } from './siteCache.ts';

/** What this file uses of a service worker's scope; TypeScript's own types of it exclude those of the page. */
interface Scope {
  registration: { scope: string };
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  addEventListener(type: 'install' | 'activate', listener: (event: LifeEvent) => void): void;
  addEventListener(type: 'message', listener: (event: LifeEvent & { data: unknown }) => void): void;
  addEventListener(type: 'fetch', listener: (event: RequestEvent) => void): void;
}
interface LifeEvent {
  waitUntil(promise: Promise<unknown>): void;
}
interface RequestEvent extends LifeEvent {
  request: Request;
  respondWith(response: Promise<Response>): void;
}

/** Filled in by the build: paths of the first page, paths of the rooms, and what tells this build from others. */
declare const __SITE__: { version: string; page: string[]; rooms: string[] };

const worker = globalThis as unknown as Scope;
const { scope } = worker.registration;
const { version, page, rooms } = __SITE__;
const current = CACHE_PREFIX + version;

worker.addEventListener('install', (event) => event.waitUntil(keepPage()));
worker.addEventListener('activate', (event) => event.waitUntil(takeOver()));
worker.addEventListener('fetch', (event) => {
  if (isOurs(event.request, scope)) event.respondWith(answer(event));
});
worker.addEventListener('message', (event) => {
  if (event.data === 'take over') void worker.skipWaiting();
  if (event.data === 'keep the rooms') event.waitUntil(keepRooms());
});

async function keepPage(): Promise<void> {
  const cache = await caches.open(current);
  await cache.addAll(page.map((path) => new URL(path, scope).href));
}

async function takeOver(): Promise<void> {
  for (const name of outdated(await caches.keys(), current)) await caches.delete(name);
  await worker.clients.claim();
}

async function keepRooms(): Promise<void> {
  const cache = await caches.open(current);
  for (const path of rooms) {
    const url = new URL(path, scope).href;
    if (!(await cache.match(url))) await cache.add(url).catch(() => undefined);
  }
}

async function answer(event: RequestEvent): Promise<Response> {
  const key = keyOf(event.request, scope);
  const cache = await caches.open(current);
  const kept = (await cache.match(key)) ?? (await keptBefore(key));
  if (kept) return isolated(kept);
  const response = await fetch(event.request);
  if (response.status === 200 && !response.redirected)
    event.waitUntil(cache.put(key, response.clone()).catch(() => undefined));
  return isolated(response);
}

/** Files named by their content are right in whatever version; a tab of the version before may ask for them. */
async function keptBefore(key: string): Promise<Response | undefined> {
  return key.startsWith(`${scope}assets/`) ? caches.match(key) : undefined;
}
