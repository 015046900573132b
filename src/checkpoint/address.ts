import type { PartDtypes } from './parts.ts';

/** Which files of which checkpoint: what a page tells its workers. */
export interface CheckpointAddress {
  /** What the page shows and adapters refer to: "embedded", an id with its precision, an address. */
  name: string;
  /** Folder with the checkpoint's files, absolute; null: stored in the browser under `id`. */
  baseUrl: string | null;
  id: string;
  dtypes: PartDtypes;
  /** Why it cannot be trained; null: it can. What can only be asked is run by transformers.js. */
  askOnly: string | null;
}
