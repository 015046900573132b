/** A run of many steps in the page's own store, made out of the first step of a run that was trained there. */
import type { Page } from '@playwright/test';

/**
 * The only run there is gets `steps` steps of `of`, and so do `copies` others. As the store keeps long runs, only the
 * last step has all its groups.
 */
export function lengthenRun(page: Page, given: { steps: number; of: number; copies: number }): Promise<void> {
  return page.evaluate(async ({ steps, of, copies }) => {
    interface Head {
      id: string;
      name: string;
      config: object;
      rollout_bytes: number[];
    }
    interface Step {
      metrics: Record<string, number>;
      groups: object[];
    }
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error(String(request.error)));
      });
    const database = await done(indexedDB.open('robot-r1-runs'));
    const transaction = database.transaction('records', 'readwrite');
    const store = transaction.objectStore('records');
    const keys = (await done(store.getAllKeys())) as string[];
    const key = keys.find((one) => /^run\/[^/]+$/.test(one))!;
    const head = await done(store.get(key) as IDBRequest<Head>);
    const first = await done(store.get(`${key}/step/1`) as IDBRequest<Step>);
    const state = await done(store.get(`${key}/state`) as IDBRequest<object>);
    const [bytes] = head.rollout_bytes;
    for (let copy = 0; copy <= copies; copy++) {
      const at = copy === 0 ? key : `run/copy${copy}`;
      for (let step = 1; step <= steps; step++) {
        const wave = (name: string, i: number) =>
          name === 'num_tokens' ? 100 * step : 0.5 + 0.4 * Math.sin(step * (0.01 + (i + copy) / 7));
        const metrics = Object.fromEntries(
          Object.keys(first.metrics).map((name, i) => [name, wave(name, i)]),
        );
        const groups = step < steps ? first.groups.slice(0, 1) : first.groups;
        store.put({ ...first, step, metrics, groups }, `${at}/step/${step}`);
      }
      store.put({ ...state, step: steps }, `${at}/state`);
      store.put(
        {
          ...head,
          id: at.slice('run/'.length),
          name: copy === 0 ? head.name : `Copy ${copy}`,
          config: { ...head.config, max_steps: of },
          steps,
          ...(copy > 0 && { evaluations: 0 }),
          thinned_steps: steps - 1,
          rollout_bytes: Array.from({ length: steps }, (_, i) => (i < steps - 1 ? bytes / 2 : bytes)),
        },
        at,
      );
    }
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onerror = () => reject(new Error(String(transaction.error)));
    });
    database.close();
  }, given);
}
