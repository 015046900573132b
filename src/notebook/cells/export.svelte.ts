import type { Bundle } from '../../demos/demonstration.ts';
import type { Edits } from '../../questions/edits.ts';
import { DEFAULT_REWARD_WEIGHTS, type RewardWeights } from '../../questions/reward.ts';
import type { CellState } from '../document/cell.ts';
import { isAbort } from '../errors.ts';
import { questionImage, type Notebook, type Progress } from '../notebook.svelte.ts';
import { openTabletop, TABLETOP } from '../remoteDemos.ts';
import { saveFile } from '../saveFile.ts';
import { trainingData } from '../trainingData.ts';
import { unlessAborted } from '../unlessAborted.ts';
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
  progress = $state.raw<Progress | null>(null);
  error = $state('');
  made = $state.raw<{ file: string; size: number; readme: string } | null>(null);
  #abort: AbortController | null = null;

  constructor(notebook: Notebook, settings?: ExportConfig) {
    this.#notebook = notebook;
    if (settings) this.config = settings;
  }

  get settings(): ExportConfig {
    return this.config;
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

  readonly obstacle = $derived.by(() =>
    this.config.data === 'loaded' && !this.#notebook.bundle ? 'No demonstrations are loaded.' : '',
  );

  readonly summary = $derived(this.progress ? 'writing' : this.made ? bytes(this.made.size) : '');

  async make() {
    if (this.busy || this.obstacle) return;
    const abort = (this.#abort = new AbortController());
    const basis = this.#basis;
    [this.error, this.made] = ['', null];
    this.progress = { label: 'Writing the bundle', done: 0, total: null };
    try {
      const bundle = await this.#bundle(abort.signal);
      const { name, test_fraction, reward_weights } = this.config;
      const shown = this.config.data === 'loaded';
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
        signal: abort.signal,
        onProgress: unlessAborted(abort.signal, ({ done, total, what }) => {
          this.progress = { label: `Writing the bundle: ${what}`, done, total };
        }),
      });
      const file = `${name}-easyr1.zip`;
      saveFile(zip, file);
      this.#madeFrom = basis;
      this.made = { file, size: zip.size, readme: await readEntry(zip, 'README.md') };
    } catch (error) {
      if (!isAbort(error)) this.error = (error as Error).message;
    } finally {
      // What is still told of it comes late.
      abort.abort();
      this.progress = null;
    }
  }

  cancel() {
    this.#abort?.abort();
  }

  async #bundle(signal: AbortSignal): Promise<Bundle> {
    if (this.config.data === 'loaded') return this.#notebook.bundle!;
    return openTabletop(
      unlessAborted(signal, (p) => (this.progress = p)),
      signal,
    );
  }
}

async function readEntry(zip: Blob, path: string): Promise<string> {
  const { BlobReader, TextWriter, ZipReader } = await import('@zip.js/zip.js');
  const entries = await new ZipReader(new BlobReader(zip)).getEntries();
  const entry = entries.find((e) => e.filename === path);
  if (!entry || entry.directory) throw new Error(`the bundle has no ${path}`);
  return entry.getData(new TextWriter());
}
