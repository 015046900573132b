/** What the cells give one another: each reads its inputs here and leaves its outputs here, and knows no other cell. */
import type { Adapter, LoraConfig } from '../checkpoint/adapter.ts';
import type { CheckpointConfig } from '../checkpoint/config.ts';
import type { Bundle, Demonstration, EncodedImage } from '../demos/demonstration.ts';
import type { Policy } from '../policy/policy.ts';
import type { Edits } from '../questions/edits.ts';
import type { RunSummary, SavedEvaluation } from '../runs/run.ts';
import type { StepRecord } from '../training/stepRecord.ts';
import type { ReadQuestions } from '../questions/questionParquet.ts';
import { shownCamera } from '../questions/shownCamera.ts';
import type { Question, QuestionSettings } from '../questions/question.ts';
import { DEFAULT_QUESTION_SETTINGS } from '../questions/question.ts';
import type { Learner } from '../learner/learner.ts';
import { Given } from './given.svelte.ts';
import type { Turn } from './turns.svelte.ts';
import type { Workshop } from './workshop.svelte.ts';

const NO_EDITS: Edits = new Map();

export interface LoadedModel {
  name: string;
  /** Why it cannot be trained, a sentence; null: it can. */
  askOnly: string | null;
  /** Downloaded for answering. */
  bytes: number;
  /** Of its decoder's weights as a learner holds them on WebGPU. */
  weightBits: 4 | 32;
  /** Why it runs where it runs, a sentence. */
  reason: string;
  policy: Policy;
  /** Loads it again where its device was lost or memory ran out; else does nothing. */
  ready(onProgress: (progress: Progress) => void, signal: AbortSignal): Promise<void>;
  config(): Promise<CheckpointConfig>;
  /** Tokens of a prompt, its picture's among them. @throws Error with `askOnly`. */
  promptLength(prompt: string): Promise<number>;
  /** Changes nothing until its first step. */
  freshAdapter(lora: LoraConfig, seed: number): Promise<Adapter>;
  /** Loaded when training first asks for it. @throws Error with `askOnly`; as Learner. */
  learner(onProgress: (progress: Progress) => void, signal: AbortSignal): Promise<Learner>;
}

export interface Progress {
  label: string;
  done: number;
  /** Null: not known yet. */
  total: number | null;
  unit?: 'bytes';
}

export interface NamedAdapter {
  /** Id of the run it is from. */
  run: string;
  name: string;
  adapter: Adapter;
}

/** A file of questions. */
export interface OpenedQuestions extends ReadQuestions {
  name: string;
}

/** The nearest cell of a kind at or above another one, and what it gives. */
export type Nearest = (kind: 'demonstrations' | 'questions') => Given | null;

/** A train cell as cells below it see it. */
export interface Training {
  /** Of the cell. */
  id: string;
  title: string;
  /** Null before its first step. */
  run: RunSummary | null;
  adapter: Adapter | null;
  steps: StepRecord[];
  evaluations: SavedEvaluation[];
}

/** The notebook as one cell sees it: reading takes from the nearest cell above, writing gives to those below. */
export class Notebook {
  readonly #workshop: Workshop;
  readonly #nearest: Nearest;
  readonly #turn: Turn;
  /** Where it stands, "<notebook>/<cell>": what is kept beside the notebook has this name. */
  readonly place: string;
  /** What the cell itself gives. */
  readonly given = new Given();

  readonly #above: () => Training[];

  /**
   * @param who the cell: its place, and how it is called on the page
   * @param above the train cells above it
   */
  constructor(
    workshop: Workshop,
    who: { place: string; title: string },
    nearest: Nearest,
    above: () => Training[],
  ) {
    this.place = who.place;
    [this.#workshop, this.#nearest, this.#turn, this.#above] = [workshop, nearest, { who: who.title }, above];
  }

  /** Whether what is kept beside the notebook is this tab's to change. */
  get isKeptHere(): boolean {
    return this.#workshop.tenancy.ours;
  }

  /** The train cells above, the topmost first. */
  get trainings(): Training[] {
    return this.#above();
  }

  /** The same for all cells. */
  get model(): LoadedModel | null {
    return this.#workshop.model;
  }
  set model(model) {
    this.#workshop.model = model;
  }

  /** What the model answers with: last trained, or chosen among the runs. Null: the base model. */
  get adapter(): NamedAdapter | null {
    return this.#workshop.adapter;
  }
  set adapter(adapter) {
    this.#workshop.adapter = adapter;
  }

  /** Rises whenever a stored run has changed. */
  get runsChanged(): number {
    return this.#workshop.runsChanged;
  }
  set runsChanged(n) {
    this.#workshop.runsChanged = n;
  }

  /** From the demonstrations cell above. */
  get bundle(): Bundle | null {
    return this.#nearest('demonstrations')?.bundle ?? null;
  }
  set bundle(bundle) {
    this.given.bundle = bundle;
  }

  /** From the questions cell above; training makes its questions by the same settings. */
  get questionSettings(): QuestionSettings {
    return this.#nearest('questions')?.questionSettings ?? DEFAULT_QUESTION_SETTINGS;
  }
  set questionSettings(settings) {
    this.given.questionSettings = settings;
  }

  /** Why questions cannot be made yet by the settings of the questions cell above, a sentence; '' when they can. */
  get questionObstacle(): string {
    const wrong = this.#nearest('questions')?.wrong.first;
    return wrong ? `Correct the settings of the questions first: ${wrong}.` : '';
  }

  /** From the questions cell above: what was changed by hand. */
  get questionEdits(): Edits {
    return this.#nearest('questions')?.questionEdits ?? NO_EDITS;
  }
  set questionEdits(edits) {
    this.given.questionEdits = edits;
  }

  /** From the questions cell above: a file whose questions take the place of generated ones. */
  get openedQuestions(): OpenedQuestions | null {
    return this.#nearest('questions')?.openedQuestions ?? null;
  }
  set openedQuestions(opened) {
    this.given.openedQuestions = opened;
  }

  /** The question shown in the questions cell above. */
  get question(): Question | null {
    return this.#nearest('questions')?.question ?? null;
  }
  set question(question) {
    this.given.question = question;
  }

  /** Which cell has the model at work; null when it is free. */
  get modelUser(): string | null {
    return this.#workshop.turns.holder?.who ?? null;
  }

  /** Who works with the model while this cell waits for it; null when it does not wait. */
  get waitingFor(): string | null {
    return this.#workshop.turns.waiting.includes(this.#turn) ? this.modelUser : null;
  }

  /**
   * Does `work` with the model, after the cells that asked for it before.
   * @throws AbortError; what work throws; Error when another model was loaded while this cell waited.
   */
  useModel<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const { model } = this;
    return this.#workshop.turns.take(this.#turn, signal, async () => {
      this.#requireSame(model);
      await this.#workshop.readyModel(signal);
      return work();
    });
  }

  /**
   * In the midst of work: lets cells that wait for the model go first.
   * @returns whether any did: set the adapter anew.
   * @throws AbortError; Error when another model was loaded meanwhile.
   */
  async giveWay(signal: AbortSignal): Promise<boolean> {
    const { model } = this;
    const others = await this.#workshop.turns.giveWay(signal);
    this.#requireSame(model);
    return others;
  }

  #requireSame(model: LoadedModel | null) {
    if (this.model !== model)
      throw new Error('another model was loaded meanwhile: start again with that one');
  }

  demonstration(id: string): Demonstration | undefined {
    return this.bundle?.demonstrations.find((d) => d.id === id);
  }
}

/** What tells which picture a question shows. */
export type Pictured = Pick<Question, 'id' | 'demonstration' | 'camera' | 'frame'>;

/** Whether a picture can be had: of the file a question came from, or of its demonstration. */
export function hasPicture(bundle: Bundle, opened: OpenedQuestions | null, question: Pictured): boolean {
  return (
    opened?.pictures.has(question.id) === true ||
    bundle.demonstrations.some(({ id }) => id === question.demonstration)
  );
}

/**
 * One picture, as a question shows it.
 * @param opened the file that the question came from, which may hold the picture
 * @throws Error when its demonstration is not in the bundle, or the picture is damaged
 */
export async function questionImage(
  bundle: Bundle,
  question: Pictured,
  opened: OpenedQuestions | null = null,
): Promise<EncodedImage> {
  const stored = opened?.pictures.get(question.id);
  if (stored) return stored;
  const demonstration = bundle.demonstrations.find((d) => d.id === question.demonstration);
  if (!demonstration)
    throw new Error(`${question.id}: its demonstration is not loaded, so there is no picture: open it above`);
  return bundle.frames.read(demonstration.id, shownCamera(demonstration, question.camera), question.frame);
}
