import type { RunCurves } from '../../runs/curves.ts';
import type { RunSummary } from '../../runs/run.ts';
import { storedRuns } from '../runs.ts';
import { saveFile } from '../saveFile.ts';
import { fileName } from '../words.ts';
import type { Figure } from '../views/figureSvg.ts';
import { OVERLAYS } from './charts.ts';

/** What a reader does with the curves of a run. */
export class Dashboard {
  /** Pointed at in any curve. */
  pointed = $state<number | null>(null);
  /** Whose rollouts are shown; null follows the last step. */
  chosen = $state<number | null>(null);
  /** Metrics shown beside the dozen. */
  more = $state.raw<string[]>([]);
  /** Stored runs laid over the first, by id. */
  overlays = $state.raw<ReadonlyMap<string, RunCurves>>(new Map());
  /** All stored runs, once asked for. */
  stored = $state.raw<RunSummary[]>([]);
  error = $state('');

  readonly full = $derived(this.overlays.size >= OVERLAYS.length);

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
      const curves = await (await storedRuns()).curves(id);
      // Another one may have come meanwhile.
      if (!this.full) this.overlays = new Map([...this.overlays, [id, curves]]);
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
