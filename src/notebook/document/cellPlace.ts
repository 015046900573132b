/** Tells a cell's frame which cell it is, without every cell passing it on. */
import { createContext } from 'svelte';
import type { Entry } from './entry.svelte.ts';
import type { NotebookDocument } from './notebookDocument.svelte.ts';

export const [cellPlace, setCellPlace] = createContext<{ document: NotebookDocument; entry: Entry }>();
