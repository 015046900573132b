/** Object URLs of a bundle's frames, the last few hundred kept. */
import type { Bundle, CameraName } from '../demos/demonstration.ts';

const KEPT = 300;
const caches = new WeakMap<Bundle, Map<string, Promise<string>>>();

export function frameUrl(
  bundle: Bundle,
  demonstration: string,
  camera: CameraName,
  frame: number,
): Promise<string> {
  const cache = caches.get(bundle) ?? new Map<string, Promise<string>>();
  caches.set(bundle, cache);
  const key = `${demonstration}\n${camera}\n${frame}`;
  const known = cache.get(key);
  if (known) return known;
  const url = bundle.frames
    .read(demonstration, camera, frame)
    .then(({ bytes, mime }) =>
      URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: mime })),
    );
  cache.set(key, url);
  url.catch(() => cache.delete(key));
  if (cache.size > KEPT) {
    const [oldest, old] = cache.entries().next().value!;
    cache.delete(oldest);
    void old.then((u) => URL.revokeObjectURL(u));
  }
  return url;
}
