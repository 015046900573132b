import type { Adapter } from '../../checkpoint/adapter.ts';
import type { Bundle } from '../../demos/demonstration.ts';
import { evaluate } from '../../evaluation/evaluate.ts';
import { comparePaired } from '../../evaluation/paired.ts';
import type { EvaluationReport } from '../../evaluation/report.ts';
import { shuffledPartners } from '../../evaluation/shuffledImages.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Edits } from '../../questions/edits.ts';
import type { Question, QuestionSettings } from '../../questions/question.ts';
import type { CellState } from '../document/cell.ts';
import { isAbort } from '../errors.ts';
import { questionImage, type Notebook, type Progress } from '../notebook.svelte.ts';
import { openTabletop, TABLETOP } from '../remoteDemos.ts';
import { WrongFields } from '../settings/wrongFields.svelte.ts';
import { unlessAborted } from '../unlessAborted.ts';
import { trainingData } from '../trainingData.ts';
import { hashText } from './hashText.ts';

/** What the model is shown: the frame, a grey picture, or the frame of another question. */
export const IMAGES = ['seen', 'grey', 'shuffled'] as const;
export type Images = (typeof IMAGES)[number];

export const IMAGE_NAMES: Record<Images, string> = {
  seen: 'the frame',
  grey: 'a grey picture',
  shuffled: 'the frame of another question',
};

/** In place of a train cell's id: no adapter. */
export const BASE = 'base';

export interface EvaluateConfig {
  data: 'tabletop' | 'loaded';
  test_fraction: number;
  eval_questions: number;
  eval_samples: number;
  max_completion_length: number;
  images: Images[];
  /** Ids of train cells above, or BASE. */
  models: string[];
  seed: number;
}

export const DEFAULT_EVALUATE_CONFIG: EvaluateConfig = {
  data: 'tabletop',
  test_fraction: 0.25,
  eval_questions: 48,
  eval_samples: 4,
  max_completion_length: 96,
  images: ['seen', 'grey'],
  models: [BASE],
  seed: 0,
};

export interface Evaluated {
  images: Images;
  /** As it was called when it was asked. */
  model: string;
  report: EvaluationReport;
}

/** Asks held-out questions of models, with the pictures and without. */
export class EvaluateCell implements CellState {
  readonly #notebook: Notebook;
  config = $state.raw<EvaluateConfig>(DEFAULT_EVALUATE_CONFIG);
  readonly wrong = new WrongFields();
  evaluated = $state.raw<Evaluated[]>([]);
  progress = $state.raw<Progress | null>(null);
  error = $state('');
  /** Hash of what the results were made from: with edits of questions, itself it may be long. */
  #madeFrom = $state('');
  #abort: AbortController | null = null;

  constructor(
    notebook: Notebook,
    settings?: EvaluateConfig,
    results?: { madeFrom: string; evaluated: Evaluated[] },
  ) {
    this.#notebook = notebook;
    if (settings) this.config = settings;
    if (results) [this.#madeFrom, this.evaluated] = [results.madeFrom, results.evaluated];
  }

  get settings(): EvaluateConfig {
    return this.config;
  }

  get results(): { madeFrom: string; evaluated: Evaluated[] } {
    return { madeFrom: this.#madeFrom, evaluated: this.evaluated };
  }

  get busy(): boolean {
    return this.progress !== null;
  }

  /** What can be evaluated: the base model and what the train cells above have trained. */
  readonly offered = $derived.by(() => [
    { id: BASE, name: 'base model', adapter: null as Adapter | null, ready: true, state: '' },
    ...this.#notebook.trainings.map(({ id, title, run, adapter }) => ({
      id,
      name: title,
      adapter,
      ready: adapter !== null,
      state: run ? `${run.id}/${run.steps}` : '',
    })),
  ]);

  readonly #chosen = $derived(this.offered.filter(({ id }) => this.config.models.includes(id)));

  readonly obstacle = $derived.by(() => {
    const n = this.#notebook;
    if (!n.model) return 'The model has not loaded yet.';
    if (this.config.data === 'loaded' && !n.bundle) return 'No demonstrations are loaded.';
    if (!this.#chosen.length) return 'Choose what to evaluate.';
    const untrained = this.#chosen.find(({ ready }) => !ready);
    if (untrained) return `${untrained.name} has not been trained yet.`;
    return this.wrong.obstacle || n.questionObstacle;
  });

  readonly #basis = $derived.by(() => {
    const { model, bundle, questionSettings, openedQuestions, questionEdits } = this.#notebook;
    const shown = this.config.data === 'loaded';
    const asked = shown ? [bundle?.name, openedQuestions?.name, [...questionEdits]] : [TABLETOP];
    const models = this.#chosen.map(({ id, state }) => [id, state]);
    return hashText(JSON.stringify([model?.name, this.config, asked, questionSettings, models]));
  });

  readonly stale = $derived.by(() =>
    this.evaluated.length && this.#notebook.model && !this.busy && this.#madeFrom !== this.#basis
      ? 'Settings or cells above have changed since these questions were asked.'
      : '',
  );

  readonly fresh = $derived(this.evaluated.length > 0 && !this.stale);

  readonly waitingFor = $derived.by(() => this.#notebook.waitingFor);

  readonly summary = $derived(
    this.busy ? 'asking' : this.evaluated.length ? `n = ${this.evaluated[0].report.questions.length}` : '',
  );

  /** Against the same model with the frames: the change of the greedy accuracy, question by question. */
  against({ images, model, report }: Evaluated): ReturnType<typeof comparePaired> | null {
    const seen = this.evaluated.find((other) => other.images === 'seen' && other.model === model);
    return images === 'seen' || !seen ? null : comparePaired(seen.report, report);
  }

  choose(model: string, on: boolean) {
    const models = this.offered
      .map(({ id }) => id)
      .filter((id) => (id === model ? on : this.config.models.includes(id)));
    this.config = { ...this.config, models };
  }

  async runAll(): Promise<boolean> {
    await this.run();
    return this.fresh;
  }

  async run() {
    const { model } = this.#notebook;
    if (this.busy || this.obstacle || !model) return;
    const abort = (this.#abort = new AbortController());
    const { signal } = abort;
    const basis = this.#basis;
    const chosen = this.#chosen;
    const settings = this.#notebook.questionSettings;
    [this.error, this.evaluated, this.#madeFrom] = ['', [], basis];
    this.progress = { label: 'Making the questions', done: 0, total: null };
    try {
      const bundle = await this.#bundle(signal);
      const questions = await this.#questions(bundle, settings);
      await this.#notebook.useModel(signal, async () => {
        const rows = chosen.flatMap((of) => this.config.images.map((images) => ({ ...of, images })));
        for (const [at, { name, adapter, images }] of rows.entries()) {
          await model.policy.setAdapter(adapter);
          const asked = `${at + 1} of ${rows.length}: ${name} sees ${IMAGE_NAMES[images]}`;
          const report = await this.#ask(model.policy, bundle, questions, images, asked, signal);
          this.evaluated = [...this.evaluated, { images, model: name, report }];
        }
      });
    } catch (error) {
      if (!isAbort(error)) this.error = (error as Error).message;
      // Half of it would look like all of it.
      this.#madeFrom = '';
    } finally {
      // What is still told of it comes late.
      abort.abort();
      this.progress = null;
    }
  }

  cancel() {
    this.#abort?.abort();
  }

  async #questions(bundle: Bundle, settings: QuestionSettings): Promise<Question[]> {
    const { test_fraction, eval_questions } = this.config;
    const { openedQuestions, questionEdits } = this.#notebook;
    const shown = this.config.data === 'loaded';
    const edits: Edits = shown ? questionEdits : new Map();
    const source = { bundle, opened: shown ? openedQuestions : null, edits };
    return (await trainingData(source, settings, test_fraction, eval_questions)).heldOut;
  }

  #ask(
    policy: Policy,
    bundle: Bundle,
    questions: Question[],
    images: Images,
    label: string,
    signal: AbortSignal,
  ): Promise<EvaluationReport> {
    const { eval_samples, max_completion_length, seed } = this.config;
    const partners = images === 'shuffled' ? shuffledPartners(questions, seed) : null;
    const opened = this.config.data === 'loaded' ? this.#notebook.openedQuestions : null;
    return evaluate(
      { policy, questions, images: (q) => questionImage(bundle, partners?.get(q.id) ?? q, opened) },
      {
        samples: eval_samples,
        max_completion_length,
        seed,
        blind: images === 'grey',
        signal,
        onProgress: unlessAborted(signal, ({ done, total }) => (this.progress = { label, done, total })),
      },
    );
  }

  async #bundle(signal: AbortSignal): Promise<Bundle> {
    if (this.config.data === 'loaded') return this.#notebook.bundle!;
    return openTabletop(
      unlessAborted(signal, (p) => (this.progress = p)),
      signal,
    );
  }
}
