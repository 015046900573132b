import { makeQuestions } from '../../questions/generate.ts';
import type { Kind, Letter, Question } from '../../questions/question.ts';
import type { Notebook } from '../notebook.svelte.ts';
import { count } from '../words.ts';

interface Made {
  questions: Question[];
  error: string;
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

  constructor(notebook: Notebook) {
    this.#notebook = notebook;
  }

  readonly made = $derived.by((): Made => {
    const { bundle, questionSettings } = this.#notebook;
    if (!bundle) return { questions: [], error: '' };
    try {
      return { questions: makeQuestions(bundle.demonstrations, questionSettings), error: '' };
    } catch (error) {
      return { questions: [], error: (error as Error).message };
    }
  });

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
