/** The notebooks that this browser keeps. */
import { indexedDbStore, type KeyValue } from '../../runs/keyValue.ts';
import { runOf, type KeptNotebook } from './kept.ts';
import { NOTEBOOK_VERSION } from './notebookMigrations.ts';
import { checkNotebook } from './notebookSchema.ts';

const LAST = 'last';
const PREFIX = 'notebook/';
const keyOf = (id: string) => PREFIX + id;

/** One line of the list. */
export interface NotebookSummary extends Pick<KeptNotebook, 'id' | 'title' | 'changed' | 'origin'> {
  /** Ids of those that its cells hold. */
  runs: string[];
}

export interface Notebooks {
  /** The one that was open last; null before the first. @throws Error when it cannot be read. */
  last(): Promise<KeptNotebook | null>;
  /** Last changed first; those that cannot be read are kept, and left out. */
  list(): Promise<NotebookSummary[]>;
  /** Of all, those that cannot be read among them. */
  ids(): Promise<string[]>;
  /** @throws Error when there is no such notebook or it cannot be read. */
  load(id: string): Promise<KeptNotebook>;
  /** Kept, and from now on the last. */
  save(notebook: KeptNotebook): Promise<void>;
  remove(id: string): Promise<void>;
}

export function openNotebooks(store: KeyValue = indexedDbStore('robot-r1-notebooks')): Notebooks {
  async function load(id: string): Promise<KeptNotebook> {
    const record = await store.get(keyOf(id));
    if (record === undefined) throw new Error(`there is no notebook "${id}" in this browser`);
    return checkNotebook(record, 'the notebook kept in this browser');
  }

  const ids = async () =>
    (await store.keys()).filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length));

  return {
    load,
    ids,
    async last() {
      const id = await store.get(LAST);
      if (typeof id !== 'string' || (await store.get(keyOf(id))) === undefined) return null;
      return load(id);
    },
    async list() {
      const records = await store.getMany((await ids()).map(keyOf));
      const summaries = records.flatMap((record) => {
        try {
          const { id, title, changed, origin, cells } = checkNotebook(record, 'a notebook');
          return [{ id, title, changed, origin, runs: cells.flatMap((cell) => runOf(cell) ?? []) }];
        } catch {
          return [];
        }
      });
      return summaries.sort((a, b) => b.changed.localeCompare(a.changed));
    },
    async save(notebook) {
      await store.setMany([
        [keyOf(notebook.id), { version: NOTEBOOK_VERSION, ...notebook }],
        [LAST, notebook.id],
      ]);
    },
    remove: (id) => store.deleteMany([keyOf(id)]),
  };
}
