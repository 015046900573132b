import type { Bundle } from '../../demos/demonstration.ts';
import type { Question } from '../../questions/question.ts';
import type { Run } from '../../runs/run.ts';
import type { CellState } from '../document/cell.ts';
import type { Notebook, Progress } from '../notebook.svelte.ts';
import { storedRuns } from '../runs.ts';
import { saveFile } from '../saveFile.ts';
import { CompareState } from './compare.svelte.ts';
import { fileName } from '../words.ts';
import { Work } from '../work.svelte.ts';
import { LetterReading, type Read } from './letterReading.svelte.ts';
import { questionsOfRun } from './questionsOfRun.ts';
import type { Tint } from './tokenTint.ts';
import { filterTraces, NO_FILTER, tracesJsonl, tracesOf, type Trace, type TraceFilter } from './traces.ts';

/** All responses of one run, read one at a time. */
export class TracesCell implements CellState {
  readonly #notebook: Notebook;
  run = $state.raw<Run | null>(null);
  /** Null while the run's demonstrations are not at hand. */
  asked = $state.raw<{ bundle: Bundle; questions: ReadonlyMap<string, Question> } | null>(null);
  filter = $state.raw<TraceFilter>(NO_FILTER);
  place = $state(0);
  tint = $state<Tint>('probability');
  readonly reading: LetterReading;
  error = $state('');
  said = $state('');
  readonly #work = new Work((error) => (this.error = error.message));

  readonly #kept: string | null;
  readonly compare: CompareState;

  constructor(notebook: Notebook, results?: { run: string | null }) {
    this.#notebook = notebook;
    this.reading = new LetterReading(notebook);
    this.compare = new CompareState(notebook, () => {
      const { asked, question } = this;
      return asked && question ? { bundle: asked.bundle, question } : null;
    });
    this.#kept = results?.run ?? null;
  }

  get progress(): Progress | null {
    return this.#work.progress;
  }

  get settings(): Record<never, never> {
    return {};
  }

  get results(): { run: string | null } {
    return { run: this.run?.id ?? (this.#opened ? null : this.#kept) };
  }

  #opened = $state(false);

  get shows(): string | null {
    return this.run?.id ?? null;
  }

  /** The run that was read last. */
  async reopen() {
    try {
      if (!this.#kept) return;
      const runs = await storedRuns();
      // Deleted meanwhile, it is simply not open.
      const { runs: stored } = await runs.list();
      if (this.run || !stored.some(({ id }) => id === this.#kept)) return;
      await this.read(await runs.load(this.#kept));
    } catch (error) {
      this.error = (error as Error).message;
    } finally {
      this.#opened = true;
    }
  }

  readonly all = $derived(this.run ? tracesOf(this.run.records) : []);
  readonly found = $derived(filterTraces(this.all, this.filter));
  readonly trace = $derived<Trace | null>(this.found[Math.min(this.place, this.found.length - 1)] ?? null);
  readonly question = $derived(this.trace && (this.asked?.questions.get(this.trace.question) ?? null));
  readonly summary = $derived(this.run ? `${this.all.length} of ${this.run.name}` : '');

  /** Why the letters along the thought cannot be read now; '' when they can. */
  readonly obstacle = $derived.by(() => {
    const n = this.#notebook;
    if (n.model && this.run?.checkpoint !== n.model.name)
      return `The run belongs to ${this.run?.checkpoint}.`;
    if (!this.question) return 'The run’s demonstrations are not at hand.';
    if (!this.trace?.response.ids) return 'This run was recorded without token ids.';
    return '';
  });

  /** Null while something hinders. */
  readonly readable = $derived.by<Read | null>(() => {
    const { trace, question, asked, run } = this;
    if (this.obstacle || !trace?.response.ids || !question || !asked || !run) return null;
    return { bundle: asked.bundle, question, ids: trace.response.ids, adapter: run.state?.adapter ?? null };
  });

  async read(run: Run) {
    this.reading.forget();
    [this.run, this.asked, this.place] = [run, null, 0];
    [this.filter, this.error, this.said] = [NO_FILTER, '', ''];
    this.error = '';
    await this.#work.run(async (signal, tell) => {
      const asked = await questionsOfRun(
        run,
        this.#notebook.bundle,
        this.#notebook.openedQuestions,
        tell,
        signal,
      );
      if (this.run === run) this.asked = asked;
    });
  }

  search(change: Partial<TraceFilter>) {
    this.filter = { ...this.filter, ...change };
    this.choose(0);
  }

  choose(place: number) {
    this.place = place;
    this.reading.forget();
  }

  cancel() {
    this.#work.cancel();
  }

  saveJsonl() {
    saveFile(new Blob([tracesJsonl(this.found)], { type: 'application/jsonl' }), this.#fileName('jsonl'));
    this.said = `${this.found.length} traces are in your downloads.`;
  }

  async saveUnipo() {
    const { run } = this;
    if (!run) return;
    this.error = '';
    try {
      const { unipoRun } = await import('../../runs/unipo.ts');
      const written = unipoRun(run, (id) => this.asked?.questions.get(id)?.prompt);
      saveFile(
        new Blob([JSON.stringify(written)], { type: 'application/json' }),
        this.#fileName('unipo.json'),
      );
      this.said = 'The run is in your downloads, as UNIPO reads it.';
    } catch (error) {
      this.error = (error as Error).message;
    }
  }

  #fileName(ending: string): string {
    return `${fileName(this.run!.name)}.${ending}`;
  }
}
