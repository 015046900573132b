import type { Bundle } from '../../demos/demonstration.ts';
import type { Kind, Letter, Question, QuestionSettings } from '../../questions/question.ts';
import type { Notebook } from '../notebook.svelte.ts';
import { remoteQuestions } from '../remoteQuestions.ts';
import { count } from '../words.ts';

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

/** The questions of the loaded bundle, and which one is shown. */
export class QuestionsCell {
  readonly #notebook: Notebook;
  kind = $state<Kind | ''>('');
  task = $state('');
  /** Position in the filtered list. */
  #index = $state(0);
  guess = $state<Letter | null>(null);
  revealed = $state(false);

  #made = $state.raw<Made>(NOTHING);

  /** Made in a component: it follows the bundle and the settings. */
  constructor(notebook: Notebook) {
    this.#notebook = notebook;
    $effect(() => {
      const { bundle, questionSettings } = notebook;
      let current = true;
      void make(bundle, questionSettings).then((made) => {
        if (current) this.#made = made;
      });
      return () => (current = false);
    });
  }

  /** Empty until the questions of the bundle at hand are made. */
  readonly made = $derived.by(() => (this.#made.bundle === this.#notebook.bundle ? this.#made : NOTHING));

  readonly tasks = $derived([...new Set(this.made.questions.map((q) => q.task))]);

  readonly shown = $derived(
    this.made.questions.filter(
      (q) => (!this.kind || q.kind === this.kind) && (!this.task || q.task === this.task),
    ),
  );

  readonly index = $derived(Math.min(this.#index, Math.max(0, this.shown.length - 1)));

  readonly question = $derived<Question | null>(this.shown[this.index] ?? null);

  readonly summary = $derived(
    this.made.questions.length ? count(this.made.questions.length, 'question') : 'none yet',
  );

  go(index: number) {
    const n = this.shown.length;
    if (n) this.#index = (index + n) % n;
    this.hide();
  }

  filter(kind: Kind | '', task: string) {
    [this.kind, this.task] = [kind, task];
    this.go(0);
  }

  answer(letter: Letter) {
    this.guess = letter;
  }

  hide() {
    [this.guess, this.revealed] = [null, false];
  }
}
