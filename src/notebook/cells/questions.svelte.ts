import { untrack } from 'svelte';
import type { Bundle } from '../../demos/demonstration.ts';
import { applyEdits, editQuestion, type Edit, type Edits } from '../../questions/edits.ts';
import type { Kind, OptionLetter, Question, QuestionSettings, Ring } from '../../questions/question.ts';
import { difficultyOf } from '../../questions/statistics.ts';
import type { CellState } from '../document/cell.ts';
import { hasPicture, type Notebook, type Progress } from '../notebook.svelte.ts';
import { readQuestionFile, remoteQuestions } from '../remoteQuestions.ts';
import { count } from '../words.ts';
import { FormDownload } from './formDownload.svelte.ts';

interface Made {
  bundle: Bundle | null;
  questions: Question[];
  error: string;
}

const NOTHING: Made = { bundle: null, questions: [], error: '' };

async function make(bundle: Bundle | null, settings: QuestionSettings): Promise<Made> {
  if (!bundle) return NOTHING;
  try {
    return { bundle, questions: await remoteQuestions(bundle.demonstrations, settings), error: '' };
  } catch (error) {
    return { bundle, questions: [], error: (error as Error).message };
  }
}

export interface QuestionFilter {
  kind: Kind | '';
  task: string;
  demonstration: string;
  difficulty: Ring | '';
}

const EVERYTHING: QuestionFilter = { kind: '', task: '', demonstration: '', difficulty: '' };

export interface QuestionsConfig {
  settings: QuestionSettings;
  /** What was changed by hand, in order, and of which bundle's questions. */
  edits?: { bundle: string; made: [id: string, edit: Edit][] };
  /** Left out while all are shown. */
  filter?: QuestionFilter;
  /** Name of a file that is shown in place of made questions; its bytes are kept beside the notebook. */
  opened?: string;
}

/** The questions of the loaded bundle or of an opened file, and which one is shown. */
export class QuestionsCell implements CellState {
  readonly #notebook: Notebook;
  filter = $state.raw<QuestionFilter>(EVERYTHING);
  /** Position in the filtered list. */
  #index = $state(0);
  guess = $state<OptionLetter | null>(null);
  revealed = $state(false);
  progress = $state.raw<Progress | null>(null);
  fileError = $state('');
  /** Why the opened file is not kept: a reload will not find it. */
  unkept = $state('');
  /** What is opened again after a reload, by its name. */
  #file = $state<string | null>(null);
  #reopening: Promise<void> | null = null;

  #made = $state.raw<Made>(NOTHING);
  #before = $state.raw<Edits[]>([]);
  /** Of which bundle's questions the edits are. */
  #editsOf = '';
  readonly download: FormDownload;

  /** Made in an effect root: it follows the bundle and the settings. */
  constructor(notebook: Notebook, settings?: QuestionsConfig) {
    this.#notebook = notebook;
    if (settings) notebook.questionSettings = settings.settings;
    if (settings?.filter) this.filter = settings.filter;
    this.#file = settings?.opened ?? null;
    if (settings?.edits) {
      const { bundle, made } = settings.edits;
      [this.#editsOf, notebook.questionEdits] = [bundle, new Map(made)];
      this.#before = made.map((_, i) => new Map(made.slice(0, i)));
    }
    this.download = new FormDownload(notebook, this);
    $effect(() => {
      const { bundle, questionSettings } = notebook;
      let current = true;
      void make(bundle, questionSettings).then((made) => {
        if (current) this.#made = made;
      });
      return () => (current = false);
    });
    $effect(() => {
      const { bundle } = notebook;
      // Another bundle may give its questions the same ids.
      if (bundle && bundle.name !== this.#editsOf) untrack(() => this.#beginEdits(bundle.name));
    });
    $effect(() => {
      notebook.question = this.askable;
    });
  }

  get settings(): QuestionsConfig {
    const { questionSettings, questionEdits } = this.#notebook.given;
    return {
      settings: questionSettings,
      ...(questionEdits.size && { edits: { bundle: this.#editsOf, made: [...questionEdits] } }),
      ...(Object.values(this.filter).some(Boolean) && { filter: this.filter }),
      ...(this.#file !== null && { opened: this.#file }),
    };
  }

  /** Whether there is no file left to be opened again. */
  get fresh(): boolean {
    return this.#file === null || this.#notebook.given.openedQuestions !== null;
  }

  reopen(): Promise<void> {
    return (this.#reopening ??= this.#reopen());
  }

  async runAll(): Promise<boolean> {
    await this.reopen();
    return !this.fileError;
  }

  async #reopen() {
    if (this.fresh || this.progress) return;
    const name = this.#file!;
    try {
      const { keptAt } = await import('../document/keptDemonstrations.ts');
      const kept = await keptAt(this.#notebook.place);
      if (this.fresh || this.progress) return;
      if (kept && 'files' in kept) return void (await this.#read(new File([kept.files.files[0].blob], name)));
      this.#file = null;
      this.fileError = `${name}, the file of questions that was open here, is not kept in this browser: open it again, or go on with the questions made of the demonstrations.`;
    } catch (error) {
      this.fileError = (error as Error).message;
    }
  }

  /** What another cell has open, kept for this one too. */
  async openCopyOf(place: string) {
    try {
      const { copyKept } = await import('../document/keptDemonstrations.ts');
      if (this.#file !== null) await copyKept(place, this.#notebook.place);
      await this.reopen();
    } catch (error) {
      this.fileError = (error as Error).message;
    }
  }

  /** Empty until the questions of the bundle at hand are made. */
  readonly made = $derived.by(() => (this.#made.bundle === this.#notebook.bundle ? this.#made : NOTHING));

  /** Generated or opened, as edited by hand. */
  readonly all = $derived.by(() =>
    applyEdits(
      this.#notebook.openedQuestions?.questions ?? this.made.questions,
      this.#notebook.questionEdits,
    ),
  );

  readonly edited = $derived.by(() => this.#notebook.questionEdits.size);
  readonly canUndo = $derived(this.#before.length > 0);

  readonly tasks = $derived([...new Set(this.all.map((q) => q.task))]);
  readonly demonstrations = $derived([
    ...new Set(
      this.all.filter((q) => !this.filter.task || q.task === this.filter.task).map((q) => q.demonstration),
    ),
  ]);

  readonly shown = $derived.by(() => {
    const { kind, task, demonstration, difficulty } = this.filter;
    return this.all.filter(
      (q) =>
        (!kind || q.kind === kind) &&
        (!task || q.task === task) &&
        (!demonstration || q.demonstration === demonstration) &&
        (!difficulty || difficultyOf(q, this.#notebook.questionSettings) === difficulty),
    );
  });

  readonly index = $derived(Math.min(this.#index, Math.max(0, this.shown.length - 1)));

  readonly question = $derived<Question | null>(this.shown[this.index] ?? null);

  /** The question shown, when its picture can be had. */
  readonly askable = $derived.by(() => {
    const { bundle, openedQuestions } = this.#notebook;
    return this.question && bundle && hasPicture(bundle, openedQuestions, this.question)
      ? this.question
      : null;
  });

  readonly summary = $derived(this.all.length ? count(this.all.length, 'question') : 'none yet');

  go(index: number) {
    const n = this.shown.length;
    if (n) this.#index = (index + n) % n;
    this.hide();
  }

  choose(change: Partial<QuestionFilter>) {
    this.filter = { ...this.filter, ...change };
    if (!this.demonstrations.includes(this.filter.demonstration))
      this.filter = { ...this.filter, demonstration: '' };
    this.go(0);
  }

  answer(letter: OptionLetter) {
    this.guess = letter;
  }

  hide() {
    [this.guess, this.revealed] = [null, false];
  }

  drop(question: Question) {
    this.#edit(question.id, { dropped: true, of: this.#source(question).prompt });
    this.hide();
  }

  /** @throws Error naming the option at fault. */
  change(question: Question, options: string[], answer: OptionLetter) {
    editQuestion(question, options, answer);
    this.#edit(question.id, { dropped: false, of: this.#source(question).prompt, options, answer });
  }

  /** Before it was edited. */
  #source(question: Question): Question {
    const { openedQuestions } = this.#notebook;
    return (
      (openedQuestions?.questions ?? this.made.questions).find(({ id }) => id === question.id) ?? question
    );
  }

  undo() {
    this.#notebook.questionEdits = this.#before.at(-1) ?? new Map();
    this.#before = this.#before.slice(0, -1);
  }

  #beginEdits(bundle: string) {
    this.#editsOf = bundle;
    this.#notebook.questionEdits = new Map();
    this.#before = [];
  }

  #edit(id: string, edit: Edit) {
    const now = this.#notebook.questionEdits;
    this.#before = [...this.#before, now];
    this.#notebook.questionEdits = new Map([...now, [id, edit]]);
  }

  async open(file: File) {
    if (!(await this.#read(file))) return;
    this.filter = EVERYTHING;
    this.go(0);
    this.unkept = '';
    if (!this.#notebook.isKeptHere) return;
    try {
      const { keepFiles } = await import('../document/keptDemonstrations.ts');
      await keepFiles(this.#notebook.place, { name: file.name, files: [{ path: file.name, blob: file }] });
      this.#file = file.name;
    } catch (error) {
      this.unkept = (error as Error).message;
    }
  }

  async #read(file: File): Promise<boolean> {
    this.fileError = '';
    this.progress = { label: `Reading ${file.name}`, done: 0, total: null };
    try {
      this.#notebook.openedQuestions = { ...(await readQuestionFile(file)), name: file.name };
      return true;
    } catch (error) {
      this.fileError = (error as Error).message;
      return false;
    } finally {
      this.progress = null;
    }
  }

  close() {
    this.#notebook.openedQuestions = null;
    this.filter = EVERYTHING;
    this.go(0);
    void this.forget();
  }

  /** Frees its storage; the file stays open until it is closed or the page is left. */
  async forget() {
    this.unkept = '';
    if (this.#file === null || !this.#notebook.isKeptHere) return;
    this.#file = null;
    try {
      const { dropKept } = await import('../document/keptDemonstrations.ts');
      await dropKept(this.#notebook.place);
    } catch (error) {
      this.fileError = (error as Error).message;
    }
  }
}
