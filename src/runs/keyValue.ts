/** Where runs are kept: IndexedDB in the page, memory in tests. */
import { createStore, delMany, get, getMany, keys, setMany } from 'idb-keyval';

export interface KeyValue {
  get(key: string): Promise<unknown>;
  getMany(keys: string[]): Promise<unknown[]>;
  keys(): Promise<string[]>;
  /** All or none. @throws Error when the storage is full. */
  setMany(entries: [key: string, value: unknown][]): Promise<void>;
  /** All or none. */
  deleteMany(keys: string[]): Promise<void>;
  /** For what reads and then writes: does `work` when no other such work, in any tab where it can, is under way. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
}

class StorageFullError extends Error {
  override readonly name = 'StorageFullError';

  constructor(cause: Error) {
    super('the browser grants no more storage: download a run and delete it, then go on', { cause });
  }
}

export function indexedDbStore(database = 'robot-r1-runs'): KeyValue {
  const store = createStore(database, 'records');
  return {
    get: (key) => get(key, store),
    getMany: (wanted) => getMany(wanted, store),
    keys: () => keys<string>(store),
    deleteMany: (unwanted) => delMany(unwanted, store),
    exclusive: inTurn(database),
    async setMany(entries) {
      try {
        await setMany(entries, store);
      } catch (error) {
        if ((error as Error | null)?.name !== 'QuotaExceededError') throw error;
        throw new StorageFullError(error as Error);
      }
    },
  };
}

export function memoryStore(): KeyValue {
  const records = new Map<string, unknown>();
  return {
    get: (key) => Promise.resolve(structuredClone(records.get(key))),
    getMany: (wanted) => Promise.resolve(wanted.map((key) => structuredClone(records.get(key)))),
    keys: () => Promise.resolve([...records.keys()]),
    deleteMany: (unwanted) => Promise.resolve(unwanted.forEach((key) => records.delete(key))),
    setMany: (entries) => {
      const copies = structuredClone(entries);
      return Promise.resolve(copies.forEach(([key, value]) => records.set(key, value)));
    },
    exclusive: inTurn(),
  };
}

/** @param name of a lock that all tabs share, where the browser has such: only on secure pages. */
function inTurn(name?: string): KeyValue['exclusive'] {
  let last: Promise<unknown> = Promise.resolve();
  const locks = (globalThis.navigator as Navigator | undefined)?.locks;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (name !== undefined && locks) return locks.request(name, work);
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}
