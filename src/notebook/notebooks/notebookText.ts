/** A notebook as its author writes it: Markdown, with a fenced block "cell KIND" where another cell stands. */
import { DEFAULT_ASK_CONFIG } from '../cells/ask.svelte.ts';
import { DEFAULT_EXPORT_CONFIG } from '../cells/export.svelte.ts';
import { DEFAULT_EVALUATE_CONFIG } from '../evaluation/evaluate.svelte.ts';
import type { KeptCell, KeptNotebook } from '../document/kept.ts';
import { freeId, KINDS, type CellKind } from '../document/kinds.ts';
import { DEFAULT_QUESTION_SETTINGS } from '../../questions/question.ts';
import { DEFAULT_TRAIN_CONFIG } from '../trainConfig.ts';

/** What a block leaves out is as in a new cell. */
const DEFAULTS: Partial<Record<CellKind, object>> = {
  questions: { settings: DEFAULT_QUESTION_SETTINGS },
  ask: DEFAULT_ASK_CONFIG,
  train: DEFAULT_TRAIN_CONFIG,
  evaluate: DEFAULT_EVALUATE_CONFIG,
  export: DEFAULT_EXPORT_CONFIG,
};

const BLOCK = /^```cell ([a-z]+)( folded)?\n([^]*?)^```$/gm;

/** @throws Error naming the block that is no cell or whose settings are no JSON. */
export function parseNotebook(text: string): Pick<KeptNotebook, 'title' | 'cells'> {
  const [, title, body] = /^# (.+)\n([^]*)$/.exec(text) ?? [];
  if (!title) throw new Error('a notebook begins with "# " and its title');
  const cells: KeptCell[] = [];
  const add = (kind: CellKind, folded: boolean, settings: object | undefined) => {
    const id = freeId(
      kind,
      cells.map((cell) => cell.id),
    );
    cells.push({ id, kind, folded, settings });
  };
  const words = (markdown: string) => {
    if (markdown.trim()) add('text', false, { markdown: markdown.trim() });
  };
  let at = 0;
  for (const { 0: whole, 1: kind, 2: folded, 3: json, index } of body.matchAll(BLOCK)) {
    words(body.slice(at, index));
    at = index + whole.length;
    if (!isKind(kind)) throw new Error(`"${kind}" is no kind of cell`);
    const defaults = DEFAULTS[kind];
    const own = readSettings(json, kind);
    add(kind, Boolean(folded), own || defaults ? merged(defaults ?? {}, own ?? {}) : undefined);
  }
  words(body.slice(at));
  return { title, cells };
}

function isKind(kind: string): kind is CellKind {
  return (KINDS as readonly string[]).includes(kind);
}

function readSettings(json: string, kind: CellKind): object | null {
  if (!json.trim()) return null;
  try {
    return JSON.parse(json) as object;
  } catch (error) {
    throw new Error(`the settings of a cell ${kind} are no JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Objects value by value, everything else whole. */
function merged(base: object, over: object): object {
  const out: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over))
    out[key] = isObject(value) && isObject(out[key]) ? merged(out[key], value) : value;
  return out;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
