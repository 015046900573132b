/** How notebooks of older versions become present ones, a version at a time. What is no longer right is left to the checks. */
import type { Migrations } from '../../runs/migrate.ts';

export const NOTEBOOK_VERSION = 4;

type Fields = Record<string, unknown>;

export const MIGRATIONS: Migrations = {
  // What the reader opened was "files"; recordings are kept with it now. Training was by GRPO unless it said otherwise.
  1: (notebook) => inCells(notebook, { demonstrations: nameKept, train: nameMethod }),
  // Of a lab nothing was kept; of questions no edits.
  2: (notebook) => inCells(notebook, { lab: () => undefined }),
  // Neither filters nor opened files of questions, nor which curves were shown, nor anything of runs that are elsewhere.
  3: (notebook) => notebook,
};

function nameKept(settings: Fields): Fields {
  const { source = 'sample' } = settings;
  return { ...settings, source: source === 'files' ? 'kept' : source };
}

function nameMethod(settings: Fields): Fields {
  return { method: 'grpo', sft: { per_device_train_batch_size: 16, response: 'reasoned' }, ...settings };
}

/** Settings of cells of some kinds; nothing else is touched, and nothing is trusted to be there. */
function inCells(
  notebook: Fields,
  changes: Record<string, (settings: Fields) => Fields | undefined>,
): Fields {
  const { cells } = notebook;
  if (!Array.isArray(cells)) return notebook;
  return {
    ...notebook,
    cells: cells.map((cell: unknown) => {
      if (!isFields(cell) || !isFields(cell.settings)) return cell;
      const change = Object.hasOwn(changes, String(cell.kind)) ? changes[String(cell.kind)] : null;
      return change ? { ...cell, settings: change(cell.settings) } : cell;
    }),
  };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
