import type { Run, RunSummary } from '../../runs/run.ts';
import type { RunList } from '../../runs/runs.ts';
import type { CellState } from '../document/cell.ts';
import type { Notebook } from '../notebook.svelte.ts';
import { storedRuns } from '../runs.ts';
import { saveFile } from '../saveFile.ts';
import { count, fileName } from '../words.ts';

/** The runs that this browser keeps: the same for all cells of the page. */
export class RunsCell implements CellState {
  readonly #notebook: Pick<Notebook, 'model' | 'adapter' | 'runsChanged'>;
  list = $state.raw<RunList>({ runs: [], unreadable: [] });
  error = $state('');
  /** Said to all once something was done. */
  said = $state('');

  constructor(notebook: Pick<Notebook, 'model' | 'adapter' | 'runsChanged'>) {
    this.#notebook = notebook;
  }

  get settings(): Record<never, never> {
    return {};
  }

  readonly summary = $derived(this.list.runs.length ? count(this.list.runs.length, 'run') : 'none yet');

  /** The newest run that has steps left, those that a cell holds excepted. */
  unfinished(held: readonly string[]): RunSummary | null {
    return this.list.runs.find((r) => r.steps < r.config.max_steps && !held.includes(r.id)) ?? null;
  }

  async refresh() {
    try {
      this.list = await (await storedRuns()).list();
    } catch (error) {
      this.error = (error as Error).message;
    }
  }

  load(run: RunSummary): Promise<Run | null> {
    return this.#try(async () => (await storedRuns()).load(run.id));
  }

  /** Asks with the run's adapter from now on. */
  async use(run: RunSummary) {
    const stored = await this.load(run);
    if (!stored) return;
    if (stored.checkpoint !== this.#notebook.model?.name) {
      this.error = `“${run.name}” fits ${stored.checkpoint}, not ${this.#notebook.model?.name ?? 'an unloaded model'}: load that checkpoint first`;
    } else if (stored.state) {
      this.#notebook.adapter = { name: run.name, adapter: stored.state.adapter };
      this.said = `Questions are now answered with “${run.name}”.`;
    }
  }

  rename = (run: RunSummary, name: string) =>
    this.#change(async () => {
      const { name: now } = await (await storedRuns()).describe(run.id, { name });
      if (this.#notebook.adapter?.name === run.name) {
        this.#notebook.adapter = { ...this.#notebook.adapter, name: now };
      }
      this.said = `Renamed to “${now}”.`;
    });

  remove = (id: string, name: string) =>
    this.#change(async () => {
      await (await storedRuns()).remove(id);
      this.said = `Deleted “${name}”.`;
    });

  download = (run: RunSummary) =>
    this.#try(async () => {
      saveFile(await (await storedRuns()).exportZip(run.id), `${fileName(run.name)}.zip`);
      this.said = `“${run.name}” is in your downloads.`;
    });

  upload = (file: File) =>
    this.#change(async () => {
      const run = await (await storedRuns()).importZip(file, file.name);
      this.said = `“${run.name}” is here, ${count(run.steps, 'step')}.`;
    });

  async #change(what: () => Promise<void>) {
    await this.#try(what);
    this.#notebook.runsChanged++;
  }

  async #try<T>(what: () => Promise<T>): Promise<T | null> {
    [this.error, this.said] = ['', ''];
    try {
      return await what();
    } catch (error) {
      this.error = (error as Error).message;
      return null;
    }
  }
}
