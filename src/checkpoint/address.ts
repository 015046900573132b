import type { PartDtypes } from './parts.ts';

/** Which files of which checkpoint: what a page tells its workers. */
export interface CheckpointAddress {
  /** What the page shows and adapters refer to: "embedded", an id with its precision, an address. */
  name: string;
  /** Folder with the checkpoint's files, absolute; null: stored in the browser under `id`. */
  baseUrl: string | null;
  id: string;
  dtypes: PartDtypes;
  /** Why it cannot be trained; null: it can. */
  askOnly: string | null;
  /** What answers with it: our own policy, which knows SmolVLM, or transformers.js. */
  policy: 'own' | 'transformers';
}
