/** Notebooks whose cells stand as they do in the midst of work; nothing in them was measured. */
import { DEFAULT_ASK_CONFIG, type AskResults } from '../cells/ask.svelte.ts';
import { RemediableError } from '../fault.svelte.ts';
import { BUNDLE, QUESTION, QUESTION_SETTINGS, QUESTIONS } from './exampleDemos.ts';
import { entryOf, exampleNotebook, type Example } from './exampleNotebook.ts';
import { BROKEN, LETTER_TRACE, LOGPROBS, report, RUN, RUNS, TOKENS } from './exampleRuns.ts';

const MARKDOWN = 'A **text** with maths: $A_i = \\frac{r_i - \\mu}{\\sigma}$, and `code`.';
const ASKED = { bundle: BUNDLE, questions: new Map(QUESTIONS.map((q) => [q.id, q])) };

const ANSWERS: AskResults = {
  question: QUESTION,
  answeredBy: null,
  device: 'wasm',
  tokensPerSecond: 40,
  madeFrom: 'what was asked before',
  responses: [TOKENS, BROKEN].map((tokens) => ({
    tokens,
    ids: tokens.map((_, i) => i),
    logprobs: LOGPROBS.slice(0, tokens.length),
    letters: tokens === TOKENS ? [0.1, 0.7, 0.15, 0.05] : null,
    reward: tokens === TOKENS ? { format: 1, accuracy: 1, total: 2 } : { format: 0, accuracy: 0, total: 0 },
    terminated: tokens === TOKENS,
  })),
};

const EVALUATED = [
  { images: 'seen', model: 'base model', report: report(0.7) },
  { images: 'grey', model: 'base model', report: report(0.3) },
];

/** One cell of every kind, with all that it can hold. */
export function fullNotebook(): Example {
  const example = exampleNotebook([
    { id: 'text', settings: { markdown: MARKDOWN } },
    { id: 'model' },
    { id: 'demonstrations' },
    { id: 'questions', settings: { settings: QUESTION_SETTINGS } },
    { id: 'ask', settings: DEFAULT_ASK_CONFIG, results: ANSWERS },
    { id: 'train' },
    { id: 'train-2' },
    { id: 'evaluate', results: { madeFrom: 'what was asked before', evaluated: EVALUATED } },
    { id: 'compare' },
    { id: 'lab' },
    { id: 'runs' },
    { id: 'traces' },
    { id: 'export' },
  ]);
  entryOf(example, 'demonstrations').notebook.bundle = BUNDLE;
  const [first, second] = example.document.cells.filter((entry) => entry.kind === 'train');
  first.state.restore(RUN);
  first.state.asked = ASKED;
  second.state.restore({
    ...RUN,
    id: 'another',
    name: 'made up, seed 1',
    config: { ...RUN.config, seed: 1 },
  });
  second.folded = true;
  example.runs.list = { runs: RUNS, unreadable: [] };
  const traces = entryOf(example, 'traces');
  [traces.state.run, traces.state.asked, traces.state.reading.letters] = [RUN, ASKED, LETTER_TRACE];
  traces.state.compare.asked = QUESTION;
  traces.state.compare.said = [
    { name: 'base model', text: BROKEN.join(''), reward: { format: 0, accuracy: 0, total: 0 } },
    { name: 'made up, seed 0', text: TOKENS.join(''), reward: { format: 1, accuracy: 1, total: 2 } },
  ];
  entryOf(example, 'export').state.made = {
    file: 'robot-r1-easyr1.zip',
    size: 8_100_000,
    readme: '# robot-r1\n\nRun `bash train.sh` on a node with eight GPUs.',
  };
  return example;
}

/** As they come, before anything is loaded. */
export function emptyNotebook(): Example {
  const kinds = ['text', 'model', 'demonstrations', 'questions', 'ask', 'train'];
  const later = ['evaluate', 'compare', 'runs', 'traces', 'export'];
  const ids = [...kinds, ...later].map((kind) => ({ id: `${kind}-8` }));
  const example = exampleNotebook(ids, false);
  entryOf(example, 'text').state.editing = true;
  return example;
}

/** Each at something, or stopped by something that is wrong, with what can be done about it. */
export function busyNotebook(): Example {
  const kinds = ['model', 'demonstrations', 'questions', 'ask', 'train', 'evaluate', 'compare', 'lab'];
  const ids = [...kinds, 'runs', 'traces', 'export'].map((kind) => `${kind}-5`);
  const folded = ['compare-5', 'lab-5'];
  const example = exampleNotebook(ids.map((id) => ({ id, folded: folded.includes(id) })));
  example.model.progress = { label: 'Loading the model', done: 3_100_000, total: 6_000_000, unit: 'bytes' };
  const demonstrations = entryOf(example, 'demonstrations').state;
  demonstrations.error = 'mine.zip: episode_3 has no front camera; leave it out or add its folder.';
  demonstrations.unkept = 'it is 700.0 MB and at most 536.9 MB are';
  const questions = entryOf(example, 'questions').state;
  questions.progress = { label: 'Reading kept.parquet', done: 0, total: null };
  questions.fileError = 'other.jsonl, line 3: there is no answer';
  entryOf(example, 'ask').state.writing = true;
  const train = entryOf(example, 'train').state;
  const texts = [TOKENS.slice(0, 5).join(''), ''];
  train.status = 'pausing';
  train.live = { question: QUESTION, group: 2, groups: 8, texts, rewards: null, cut: null };
  train.progress = { label: 'Step 3 of 40: answering, group', done: 2, total: 8 };
  const full = new Error('This browser has no room left for step 4: delete runs, then go on');
  full.name = 'StorageFullError';
  train.fault.tell(full);
  const asked = '1 of 2: base model sees the frame';
  entryOf(example, 'evaluate').state.progress = { label: asked, done: 9, total: 48 };
  const load = { load: 'HuggingFaceTB/SmolVLM-256M-Instruct:q4' };
  example.runs.fault.tell(new RemediableError('“seed 1” fits another checkpoint: load that first', load));
  example.runs.list = { runs: [], unreadable: [{ id: 'x', reason: 'step 3 has no metrics' }] };
  entryOf(example, 'traces').state.error = '“seed 1” is no longer stored in this browser';
  entryOf(example, 'export').state.error = 'made-up.zip: frame 12 cannot be read';
  return example;
}
