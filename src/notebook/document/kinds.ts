/** The kinds of cell, in the order in which they are offered. */
export const KINDS = [
  'text',
  'model',
  'demonstrations',
  'questions',
  'ask',
  'train',
  'evaluate',
  'compare',
  'lab',
  'runs',
  'traces',
  'export',
] as const;

export type CellKind = (typeof KINDS)[number];

/** There is one of these for the page, so a notebook has at most one such cell. */
export const ONCE: readonly CellKind[] = ['model', 'runs'];

interface About {
  title: string;
  /** What it is for, in a menu. */
  purpose: string;
  /** Kinds of the cells above that it takes something from. */
  needs: CellKind[];
}

export const ABOUT: Record<CellKind, About> = {
  text: { title: 'Text', purpose: 'Markdown with maths', needs: [] },
  model: { title: 'Model', purpose: 'which checkpoint answers', needs: [] },
  demonstrations: { title: 'Demonstrations', purpose: 'open, record and look at them', needs: [] },
  questions: { title: 'Questions', purpose: 'made of the demonstrations above', needs: ['demonstrations'] },
  ask: { title: 'Ask', purpose: 'put the question above to the model', needs: ['model', 'questions'] },
  train: { title: 'Train', purpose: 'an adapter, by the settings you choose', needs: ['model', 'questions'] },
  evaluate: {
    title: 'Evaluate',
    purpose: 'held-out questions, with the frame and without',
    needs: ['model', 'questions', 'train'],
  },
  compare: { title: 'Compare', purpose: 'the trainings above, side by side', needs: ['train'] },
  lab: { title: 'Lab', purpose: 'one group of responses under the glass', needs: [] },
  runs: { title: 'Runs', purpose: 'all that this browser keeps', needs: [] },
  traces: { title: 'Traces', purpose: 'read the responses of a run', needs: ['model', 'demonstrations'] },
  export: {
    title: 'Export',
    purpose: 'the same task for a cluster',
    needs: ['demonstrations', 'questions'],
  },
};

/** A cell's name by its id: "train" is Train, "train-2" is Train 2. */
export function titleOf(id: string): string {
  const [, kind, number] = /^([a-z]+)(?:-(\d+))?$/.exec(id) ?? [];
  const { title } = ABOUT[kind as CellKind];
  return number ? `${title} ${number}` : title;
}

/** The first id of the kind that is not taken: "train", "train-2", and so on. */
export function freeId(kind: CellKind, taken: readonly string[]): string {
  if (!taken.includes(kind)) return kind;
  let number = 2;
  while (taken.includes(`${kind}-${number}`)) number++;
  return `${kind}-${number}`;
}
