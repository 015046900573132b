/** Notebooks with real cells in them, and a model that is only named. */
import { ModelCell } from '../cells/model.svelte.ts';
import { RunsCell } from '../cells/runs.svelte.ts';
import type { EntryOf } from '../document/entry.svelte.ts';
import type { KeptCell } from '../document/kept.ts';
import type { CellKind } from '../document/kinds.ts';
import { NotebookDocument } from '../document/notebookDocument.svelte.ts';
import { Notebook, type LoadedModel } from '../notebook.svelte.ts';
import { CATALOGUE } from '../../hub/catalogue.ts';
import { Workshop } from '../workshop.svelte.ts';
import { BUNDLE, QUESTION, QUESTION_SETTINGS } from './exampleDemos.ts';

const nothing = () => Promise.reject(new Error('This model is made up: it answers in the notebook only.'));

export const MODEL: LoadedModel = {
  name: 'embedded',
  askOnly: null,
  bytes: 6_000_000,
  weightBits: 4,
  reason: 'WebAssembly, on 4 threads: this page was not given a GPU.',
  policy: {
    device: 'wasm',
    checkpoint: 'embedded',
    encode: nothing,
    encodeResponse: nothing,
    generate: nothing,
    generateBatch: nothing,
    optionScores: nothing,
    letterTrace: nothing,
    setAdapter: nothing,
    dispose: () => Promise.resolve(),
  },
  ready: () => Promise.resolve(),
  config: () => Promise.resolve(CATALOGUE[0].decoder!),
  promptLength: () => Promise.resolve(300),
  freshAdapter: nothing,
  learner: nothing,
};

export interface Example {
  document: NotebookDocument;
  workshop: Workshop;
  model: ModelCell;
  runs: RunsCell;
}

/** @param cells ids tell the kinds, and no two on the page may be the same */
export function exampleNotebook(cells: (Partial<KeptCell> & { id: string })[], loaded = true): Example {
  const workshop = new Workshop();
  if (loaded) workshop.model = MODEL;
  const [model, runs] = [new ModelCell(workshop, 'wasm'), new RunsCell(workshop)];
  const document = new NotebookDocument(
    workshop,
    { model, runs },
    {
      id: 'example',
      title: 'A notebook',
      cells: cells.map((cell) => ({ kind: cell.id.split('-')[0] as CellKind, folded: false, ...cell })),
    },
  );
  return { document, workshop, model, runs };
}

export function entryOf<K extends CellKind>({ document }: Pick<Example, 'document'>, kind: K): EntryOf<K> {
  return document.cells.find((entry) => entry.kind === kind) as unknown as EntryOf<K>;
}

/** As a cell under the made-up demonstrations sees it. */
export function lookingOn(workshop = new Workshop()): Notebook {
  const notebook: Notebook = new Notebook(
    workshop,
    { place: 'example/ask', title: 'Ask' },
    () => notebook.given,
    () => [],
  );
  Object.assign(notebook.given, { bundle: BUNDLE, question: QUESTION, questionSettings: QUESTION_SETTINGS });
  return notebook;
}
