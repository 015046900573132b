/**
 * What one tab does at a time: Web Locks, which the browser frees when a tab is closed or crashes. Where there are none
 * (a page that came without https), nothing keeps tabs apart.
 */
export interface Hold {
  release(): void;
}

type Locks = Pick<LockManager, 'request'>;

const here = () => globalThis.navigator?.locks as Locks | undefined;

/** @returns null when it is held already, in another tab or in this one. */
export function hold(name: string, locks = here()): Promise<Hold | null> {
  return request(name, { ifAvailable: true }, locks);
}

/** Waits until nobody else holds it. @throws the signal's reason. */
export async function holdWhenFree(name: string, signal: AbortSignal, locks = here()): Promise<Hold> {
  return (await request(name, { signal }, locks))!;
}

function request(name: string, options: LockOptions, locks: Locks | undefined): Promise<Hold | null> {
  if (!locks) return Promise.resolve({ release: () => undefined });
  return new Promise((resolve, reject) => {
    locks
      .request(name, options, (lock) => {
        if (!lock) return resolve(null);
        return new Promise<void>((release) => resolve({ release }));
      })
      .catch(reject);
  });
}
