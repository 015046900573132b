/**
 * Keeps the site for use without a network. The page itself is kept when it is first opened, whatever else it asks for
 * when it asks, the views not opened yet when the page has time, and what is large last. A new version waits until the
 * visitor takes it.
 */
import type { Order, Told } from './messages.ts';
import type { Site } from './site.ts';
import { absentParts, CACHE_PREFIX, isolated, isOurs, keyOf, outdated } from './siteCache.ts';

/** What this file uses of a service worker's scope; TypeScript's own types of it exclude those of the page. */
interface Scope {
  registration: { scope: string };
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void>; matchAll(): Promise<{ postMessage(told: Told): void }[]> };
  addEventListener(type: 'install' | 'activate', listener: (event: LifeEvent) => void): void;
  addEventListener(type: 'message', listener: (event: OrderEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: RequestEvent) => void): void;
}
interface LifeEvent {
  waitUntil(promise: Promise<unknown>): void;
}
interface OrderEvent extends LifeEvent {
  data: Order;
  ports: readonly MessagePort[];
}
interface RequestEvent extends LifeEvent {
  request: Request;
  respondWith(response: Promise<Response>): void;
}

/** Filled in by the build. */
declare const __SITE__: Site;

const worker = globalThis as unknown as Scope;
const { scope } = worker.registration;
const { version, page, parts } = __SITE__;
const current = CACHE_PREFIX + version;

worker.addEventListener('install', (event) => event.waitUntil(keepPage()));
worker.addEventListener('activate', (event) => event.waitUntil(takeOver()));
worker.addEventListener('fetch', (event) => {
  if (isOurs(event.request, scope)) event.respondWith(answer(event));
});
worker.addEventListener('message', (event) => {
  if (event.data === 'take over') void worker.skipWaiting();
  else event.waitUntil(obey(event.data).then((told) => event.ports[0]?.postMessage(told)));
});

async function obey(order: Exclude<Order, 'take over'>): Promise<Told> {
  if (order !== 'say what is absent')
    await keepAll(parts.find(({ name }) => name === order.keep)?.files ?? []);
  return tellPages();
}

async function keepPage(): Promise<void> {
  const cache = await caches.open(current);
  await cache.addAll(page.map(addressOf));
}

async function takeOver(): Promise<void> {
  for (const name of outdated(await caches.keys(), current)) await caches.delete(name);
  await worker.clients.claim();
}

/** One after the other, behind whatever the page asks for. What cannot be had is left out. */
async function keepAll(paths: string[]): Promise<void> {
  const cache = await caches.open(current);
  for (const url of paths.map(addressOf)) {
    if (await cache.match(url)) continue;
    const before = await keptBefore(url);
    const keeping = before ? cache.put(url, before) : cache.add(new Request(url, { priority: 'low' }));
    await keeping.catch(() => undefined);
  }
}

async function tellPages(): Promise<Told> {
  const cache = await caches.open(current);
  const kept = new Set((await cache.keys()).map(({ url }) => url));
  const told = { absent: absentParts(parts, (path) => kept.has(addressOf(path))) };
  for (const client of await worker.clients.matchAll()) client.postMessage(told);
  return told;
}

function addressOf(path: string): string {
  return new URL(path, scope).href;
}

async function answer(event: RequestEvent): Promise<Response> {
  const key = keyOf(event.request, scope);
  const cache = await caches.open(current);
  const kept = (await cache.match(key)) ?? (await keptBefore(key));
  if (kept) return isolated(kept);
  const response = await fetch(event.request);
  if (response.status === 200 && !response.redirected) event.waitUntil(keep(key, response.clone()));
  return isolated(response);
}

async function keep(key: string, response: Response): Promise<void> {
  const cache = await caches.open(current);
  await cache.put(key, response).catch(() => undefined);
  if (parts.some(({ files }) => files.some((path) => addressOf(path) === key))) await tellPages();
}

/** Files named by their content are right in whatever version; a tab of the version before may ask for them. */
async function keptBefore(key: string): Promise<Response | undefined> {
  return key.startsWith(`${scope}assets/`) ? caches.match(key) : undefined;
}
