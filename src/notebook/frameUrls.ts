/** Object URLs of a bundle's frames: of the last few hundred looked at, and of no bundle that is let go. */
import type { Bundle, CameraName } from '../demos/demonstration.ts';

const KEPT = 300;

/** Least recently asked for first. */
type Urls = Map<string, Promise<string>>;

const caches = new WeakMap<Bundle, Urls>();
const letGo = new FinalizationRegistry<Urls>((urls) => urls.forEach(revoke));

export function frameUrl(
  bundle: Bundle,
  demonstration: string,
  camera: CameraName,
  frame: number,
): Promise<string> {
  const cache = cacheOf(bundle);
  const key = `${demonstration}\n${camera}\n${frame}`;
  const url = cache.get(key) ?? newUrl(bundle, demonstration, camera, frame);
  cache.delete(key);
  cache.set(key, url);
  url.catch(() => {
    if (cache.get(key) === url) cache.delete(key);
  });
  if (cache.size > KEPT) {
    const [oldest, old] = cache.entries().next().value!;
    cache.delete(oldest);
    revoke(old);
  }
  return url;
}

function cacheOf(bundle: Bundle): Urls {
  const known = caches.get(bundle);
  if (known) return known;
  const cache: Urls = new Map();
  caches.set(bundle, cache);
  letGo.register(bundle, cache);
  return cache;
}

async function newUrl(
  bundle: Bundle,
  demonstration: string,
  camera: CameraName,
  frame: number,
): Promise<string> {
  const { bytes, mime } = await bundle.frames.read(demonstration, camera, frame);
  return URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: mime }));
}

function revoke(url: Promise<string>): void {
  url.then(
    (known) => URL.revokeObjectURL(known),
    () => undefined,
  );
}
