import type { Edits } from '../../questions/edits.ts';
import { DEFAULT_REWARD_WEIGHTS, type RewardWeights } from '../../questions/reward.ts';
import type { CellState } from '../document/cell.ts';
import { questionImage, type Notebook, type Progress } from '../notebook.svelte.ts';
import { openTabletop, TABLETOP } from '../remoteDemos.ts';
import { saveFile } from '../saveFile.ts';
import { WrongFields } from '../settings/wrongFields.svelte.ts';
import { trainingData } from '../trainingData.ts';
import { Work } from '../work.svelte.ts';
import { bytes } from '../words.ts';

export interface ExportConfig {
  name: string;
  data: 'loaded' | 'tabletop';
  test_fraction: number;
  reward_weights: RewardWeights;
}

export const DEFAULT_EXPORT_CONFIG: ExportConfig = {
  name: 'robot-r1',
  data: 'loaded',
  test_fraction: 0.25,
  reward_weights: DEFAULT_REWARD_WEIGHTS,
};

/** Writes the same task as a full-scale run for a CUDA cluster. */
export class ExportCell implements CellState {
  readonly #notebook: Notebook;
  config = $state.raw<ExportConfig>(DEFAULT_EXPORT_CONFIG);
  readonly wrong = new WrongFields();
  error = $state('');
  made = $state.raw<{ file: string; size: number; readme: string } | null>(null);
  readonly #work = new Work((error) => (this.error = error.message));

  constructor(notebook: Notebook, settings?: ExportConfig) {
    this.#notebook = notebook;
    if (settings) this.config = settings;
  }

  get settings(): ExportConfig {
    return this.config;
  }

  get progress(): Progress | null {
    return this.#work.progress;
  }

  get busy(): boolean {
    return this.progress !== null;
  }

  /** What the file depends on. */
  readonly #basis = $derived.by(() => {
    const { bundle, questionSettings, questionEdits, openedQuestions } = this.#notebook;
    const shown = this.config.data === 'loaded';
    const asked = shown ? [bundle?.name, openedQuestions?.name, [...questionEdits]] : [TABLETOP];
    return JSON.stringify([this.config, questionSettings, asked]);
  });
  #madeFrom = $state('');

  readonly stale = $derived.by(() =>
    this.made && this.#madeFrom !== this.#basis
      ? 'Settings or demonstrations have changed since the file was written.'
      : '',
  );

  readonly fresh = $derived(this.made !== null && !this.stale);

  async runAll(): Promise<boolean> {
    await this.make();
    return this.fresh;
  }

  readonly obstacle = $derived.by(() => {
    if (this.config.data === 'loaded' && !this.#notebook.bundle) return 'No demonstrations are loaded.';
    return this.wrong.obstacle || this.#notebook.questionObstacle;
  });

  readonly summary = $derived(this.progress ? 'writing' : this.made ? bytes(this.made.size) : '');

  async make() {
    if (this.busy || this.obstacle) return;
    [this.error, this.made] = ['', null];
    await this.#work.run((signal, tell) => this.#write(signal, tell), {
      label: 'Writing the bundle',
      done: 0,
      total: null,
    });
  }

  async #write(signal: AbortSignal, tell: (progress: Progress) => void) {
    const basis = this.#basis;
    const shown = this.config.data === 'loaded';
    const bundle = shown ? this.#notebook.bundle! : await openTabletop(tell, signal);
    const { name, test_fraction, reward_weights } = this.config;
    const opened = shown ? this.#notebook.openedQuestions : null;
    const edits: Edits = shown ? this.#notebook.questionEdits : new Map();
    const { questionSettings } = this.#notebook;
    const { train, heldOut } = await trainingData(
      { bundle, opened, edits },
      questionSettings,
      test_fraction,
      Infinity,
    );
    const { exportEasyR1 } = await import('../../fullscale/easyr1.ts');
    const zip = await exportEasyR1({
      name,
      questions: { train, val: heldOut },
      image: (question) => questionImage(bundle, question, opened),
      rewardWeights: reward_weights,
      signal,
      onProgress: ({ done, total, what }) => tell({ label: `Writing the bundle: ${what}`, done, total }),
    });
    const file = `${name}-easyr1.zip`;
    saveFile(zip, file);
    this.#madeFrom = basis;
    this.made = { file, size: zip.size, readme: await readEntry(zip, 'README.md') };
  }

  cancel() {
    this.#work.cancel();
  }
}

async function readEntry(zip: Blob, path: string): Promise<string> {
  const { BlobReader, TextWriter, ZipReader } = await import('@zip.js/zip.js');
  const entries = await new ZipReader(new BlobReader(zip)).getEntries();
  const entry = entries.find((e) => e.filename === path);
  if (!entry || entry.directory) throw new Error(`the bundle has no ${path}`);
  return entry.getData(new TextWriter());
}
