import type { RunCurves } from '../../runs/curves.ts';
import type { RunSummary } from '../../runs/run.ts';
import { storedRuns } from '../runs.ts';
import { saveFile } from '../saveFile.ts';
import { fileName } from '../words.ts';
import type { Figure } from '../views/figureSvg.ts';
import { OVERLAYS } from './overlays.ts';

/** Rollouts follow a pointer that has rested so long, so that passing over a curve draws none. */
const REST_MILLISECONDS = 80;

/** What a reader chose to see; kept with the notebook. */
export interface ShownCurves {
  /** Metrics shown beside the dozen. */
  more: string[];
  /** Runs laid over the first, by id. */
  overlays: string[];
}

/** What a reader does with the curves of a run. */
export class Dashboard {
  /** Pointed at in any curve, by pointer or key. */
  pointed = $state<number | null>(null);
  /** Whose rollouts are shown when none is pointed at; null follows the last step. */
  chosen = $state<number | null>(null);
  /** Pointed at for a while: its rollouts are shown. */
  rested = $state<number | null>(null);
  #rest: ReturnType<typeof setTimeout> | undefined;
  /** Metrics shown beside the dozen. */
  more = $state.raw<string[]>([]);
  /** Stored runs laid over the first, by id. */
  overlays = $state.raw<ReadonlyMap<string, RunCurves>>(new Map());
  /** All stored runs, once asked for. */
  stored = $state.raw<RunSummary[]>([]);
  /** Laid over the first when they were kept, and not read yet. */
  #unread = $state.raw<string[]>([]);
  error = $state('');

  constructor(kept?: ShownCurves) {
    if (kept) [this.more, this.#unread] = [kept.more, kept.overlays];
  }

  /** Undefined when there is nothing but the dozen. */
  get kept(): ShownCurves | undefined {
    const overlays = [...this.overlays.keys(), ...this.#unread];
    return this.more.length || overlays.length ? { more: this.more, overlays } : undefined;
  }

  /** Lays the runs that were kept over the first again; that one is no longer stored is told once. */
  async reopen() {
    for (const id of this.#unread) {
      try {
        await this.#lay(id);
      } catch (error) {
        this.error = `A run that was laid over this one is not shown: ${(error as Error).message}`;
      }
      this.#unread = this.#unread.filter((other) => other !== id);
    }
  }

  async #lay(id: string) {
    const curves = await (await storedRuns()).curves(id);
    // Another one may have come meanwhile.
    if (!this.full) this.overlays = new Map([...this.overlays, [id, curves]]);
  }

  readonly full = $derived(this.overlays.size >= OVERLAYS.length);

  /** The rollouts may change at any moment: what holds them keeps its height. */
  readonly pointing = $derived(this.pointed !== null || this.rested !== null);

  point(step: number | null) {
    if (step === this.pointed) return;
    this.pointed = step;
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => (this.rested = step), REST_MILLISECONDS);
  }

  choose() {
    if (this.pointed !== null) this.chosen = this.pointed;
  }

  toggleMetric(name: string) {
    this.more = this.more.includes(name) ? this.more.filter((n) => n !== name) : [...this.more, name];
  }

  async listRuns() {
    this.error = '';
    try {
      this.stored = (await (await storedRuns()).list()).runs.filter(({ steps }) => steps > 0);
    } catch (error) {
      this.error = (error as Error).message;
    }
  }

  async toggleRun(id: string) {
    this.error = '';
    if (this.overlays.has(id)) {
      this.overlays = new Map([...this.overlays].filter(([other]) => other !== id));
      return;
    }
    try {
      await this.#lay(id);
    } catch (error) {
      this.error = (error as Error).message;
    }
  }

  async save(kind: 'csv' | 'jsonl' | 'tensorboard', runs: RunCurves[]) {
    this.error = '';
    const name = fileName(runs[0].name);
    try {
      const { curvesCsv, curvesJsonl } = await import('../../runs/curves.ts');
      if (kind === 'csv') saveFile(new Blob([curvesCsv(runs)], { type: 'text/csv' }), `${name}.csv`);
      else if (kind === 'jsonl')
        saveFile(new Blob([curvesJsonl(runs)], { type: 'application/jsonl' }), `${name}.jsonl`);
      else await this.#saveEvents(runs);
    } catch (error) {
      this.error = (error as Error).message;
    }
  }

  /** One run is one file of events; several are a folder each, as TensorBoard wants them. */
  async #saveEvents(runs: RunCurves[]) {
    const { eventFileName, writeRunEvents } = await import('../../runs/tensorboard.ts');
    if (runs.length === 1) {
      const bytes = writeRunEvents(runs[0]) as Uint8Array<ArrayBuffer>;
      saveFile(new Blob([bytes]), eventFileName(runs[0].created));
      return;
    }
    const { writeEventsZip } = await import('../../runs/eventsZip.ts');
    saveFile(await writeEventsZip(runs), 'tensorboard.zip');
  }

  async saveFigure(kind: 'svg' | 'png', figures: Figure[], name: string) {
    this.error = '';
    const { drawFigure } = await import('./drawFigure.ts');
    try {
      saveFile(await drawFigure(kind, figures), `${fileName(name)}.${kind}`);
    } catch (error) {
      this.error = (error as Error).message;
    }
  }
}
