import type { Edits } from '../../questions/edits.ts';
import type { EncodedImage } from '../../demos/demonstration.ts';
import { questionImage, type Notebook, type Pictured, type Progress } from '../notebook.svelte.ts';
import {
  FORMATS_OF,
  previewRow,
  questionDownload,
  type DownloadFormat,
  type Form,
  type FormRows,
} from '../questionDownload.ts';
import { remoteForm } from '../remoteQuestions.ts';
import { saveFile } from '../saveFile.ts';
import { Work } from '../work.svelte.ts';
import type { QuestionFilter, QuestionsCell } from './questions.svelte.ts';

/** The questions that a questions cell shows, in a form to keep. */
export class FormDownload {
  readonly #notebook: Notebook;
  readonly #cell: Pick<QuestionsCell, 'shown' | 'index' | 'filter'>;
  form = $state<Form>('choice');
  #format = $state<DownloadFormat>('jsonl');
  error = $state('');
  preview = $state('');
  /** Of all demonstrations, in another form than multiple choice. */
  #made = $state.raw<FormRows | null>(null);
  readonly work = new Work((error) => (this.error = error.message));

  /** Made in an effect root: it follows the bundle and the settings. */
  constructor(notebook: Notebook, cell: QuestionsCell) {
    [this.#notebook, this.#cell] = [notebook, cell];
    $effect(() => {
      const { form } = this;
      const { bundle, questionSettings } = notebook;
      this.#made = null;
      if (form === 'choice' || !bundle) return;
      let current = true;
      remoteForm(bundle.demonstrations, questionSettings, form).then(
        (made) => {
          if (current) this.#made = made;
        },
        (error: unknown) => {
          if (current) this.error = (error as Error).message;
        },
      );
      return () => (current = false);
    });
    $effect(() => {
      const { rows, format } = this;
      let current = true;
      const at = rows.form === 'choice' ? cell.index : 0;
      if (!rows.rows.length) this.preview = '';
      else
        previewRow(rows, at, format).then(
          (text) => {
            if (current) this.preview = text;
          },
          (error: unknown) => {
            if (current) this.error = (error as Error).message;
          },
        );
      return () => (current = false);
    });
  }

  get progress(): Progress | null {
    return this.work.progress;
  }

  get formats(): DownloadFormat[] {
    return FORMATS_OF[this.form];
  }

  get format(): DownloadFormat {
    return this.formats.includes(this.#format) ? this.#format : this.formats[0];
  }
  set format(format) {
    this.#format = format;
  }

  /** Those that pass the cell's filters and were not dropped. */
  readonly rows = $derived.by((): FormRows => {
    if (this.form === 'choice') return { form: 'choice', rows: this.#cell.shown };
    const made = this.#made;
    if (made?.form !== this.form) return { form: 'open', rows: [] };
    const passes = (row: Parameters<typeof isShown>[0]) =>
      isShown(row, this.#cell.filter, this.#notebook.questionEdits);
    return made.form === 'open'
      ? { form: 'open', rows: made.rows.filter(passes) }
      : { ...made, rows: made.rows.filter(passes) };
  });

  /** Why what the settings ask for is not at hand, a sentence; '' when it is. A file of questions has no settings. */
  get obstacle(): string {
    const { openedQuestions, questionObstacle } = this.#notebook;
    return openedQuestions ? '' : questionObstacle;
  }

  async write() {
    if (this.obstacle) return;
    const label = 'Writing the questions';
    this.error = '';
    await this.work.run(
      async (signal, tell) => {
        const { blob, name } = await questionDownload(this.rows, this.format, (q) => this.#image(q), {
          signal,
          onProgress: (done, total) => tell({ label, done, total }),
        });
        saveFile(blob, name);
      },
      { label, done: 0, total: null },
    );
  }

  cancel() {
    this.work.cancel();
  }

  async #image(question: Pictured): Promise<EncodedImage> {
    const { bundle, openedQuestions } = this.#notebook;
    if (!bundle) throw new Error('no demonstrations are loaded, so there is no picture: open them above');
    return questionImage(bundle, question, openedQuestions);
  }
}

/** Whether a row of another form belongs to a question that the filter shows; options, and so difficulty, it has none. */
export function isShown(
  { id, kind, task, demonstration }: { id: string; kind: string; task: string; demonstration: string },
  filter: Pick<QuestionFilter, 'kind' | 'task' | 'demonstration'>,
  edits: Edits,
): boolean {
  return (
    (!filter.kind || filter.kind === kind) &&
    (!filter.task || filter.task === task) &&
    (!filter.demonstration || filter.demonstration === demonstration) &&
    !edits.get(id.slice(0, id.lastIndexOf('/')))?.dropped
  );
}
