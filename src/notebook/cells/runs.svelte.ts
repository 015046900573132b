import type { Run, RunSummary } from '../../runs/run.ts';
import type { ListedRun, RunList, RunWords } from '../../runs/runs.ts';
import type { CellState } from '../document/cell.ts';
import { Fault, RemediableError } from '../fault.svelte.ts';
import type { Notebook } from '../notebook.svelte.ts';
import { storedRuns } from '../runs.ts';
import { saveFile } from '../saveFile.ts';
import { bytes, count, fileName } from '../words.ts';
import { runsInTraining } from './heldRun.ts';
import { findRuns, orderRuns, type RunOrder } from './findRuns.ts';

/** The runs that this browser keeps: the same for all cells of the page. */
export class RunsCell implements CellState {
  readonly #notebook: Pick<Notebook, 'model' | 'adapter' | 'runsChanged'>;
  list = $state.raw<RunList>({ runs: [], unreadable: [] });
  /** Ids of those that are being trained, here or in another tab. */
  inTraining = $state.raw<ReadonlySet<string>>(new Set());
  readonly fault = new Fault();
  /** Said to all once something was done. */
  said = $state('');

  /** Searched for. */
  words = $state('');
  order = $state<RunOrder>('created');
  /** Ids. */
  chosen = $state.raw<ReadonlySet<string>>(new Set());
  comparing = $state(false);
  /** Of the whole site, and what the browser grants it; null where it does not say. */
  #estimate = $state.raw<{ usage: number; quota: number } | null>(null);

  constructor(notebook: Pick<Notebook, 'model' | 'adapter' | 'runsChanged'>) {
    this.#notebook = notebook;
  }

  get error(): string {
    return this.fault.text;
  }
  set error(text: string) {
    this.fault.text = text;
  }

  get settings(): Record<never, never> {
    return {};
  }

  readonly summary = $derived(this.list.runs.length ? count(this.list.runs.length, 'run') : 'none yet');

  readonly found = $derived(orderRuns(findRuns(this.list.runs, this.words), this.order));

  readonly storage = $derived.by(() => {
    const runs = this.list.runs.reduce((sum, run) => sum + run.bytes, 0);
    const site = this.#estimate
      ? `; this site takes ${bytes(this.#estimate.usage)} of the ${bytes(this.#estimate.quota)} it may`
      : '';
    return `${count(this.list.runs.length, 'run')} of about ${bytes(runs)}${site}.`;
  });

  /** The newest run that has steps left, those that a cell holds or that are being trained excepted. */
  unfinished(held: readonly string[]): RunSummary | null {
    const taken = (id: string) => held.includes(id) || this.inTraining.has(id);
    return this.list.runs.find((r) => r.steps < r.config.max_steps && !taken(r.id)) ?? null;
  }

  async refresh() {
    try {
      this.list = await (await storedRuns()).list();
      this.inTraining = await runsInTraining();
      const { usage, quota } = (await navigator.storage?.estimate()) ?? {};
      this.#estimate = usage !== undefined && quota !== undefined ? { usage, quota } : null;
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
      const { checkpoint } = stored;
      const at = this.#notebook.model?.name ?? 'an unloaded model';
      this.fault.tell(
        new RemediableError(`“${run.name}” fits ${checkpoint}, not ${at}: load that checkpoint first`, {
          load: checkpoint,
        }),
      );
    } else if (stored.state) {
      this.#notebook.adapter = { run: run.id, name: run.name, adapter: stored.state.adapter };
      this.said = `Questions are now answered with “${run.name}”.`;
    }
  }

  choose(id: string) {
    const next = new Set(this.chosen);
    if (!next.delete(id)) next.add(id);
    this.chosen = next;
  }

  describe = (run: RunSummary, words: RunWords) =>
    this.#change(async () => {
      const { name } = await (await storedRuns()).describe(run.id, words);
      if (this.#notebook.adapter?.run === run.id) {
        this.#notebook.adapter = { ...this.#notebook.adapter, name };
      }
      this.said = `“${name}” is saved.`;
    });

  remove = (doomed: { id: string; name: string }[]) =>
    this.#change(async () => {
      const runs = await storedRuns();
      for (const { id } of doomed) await runs.remove(id);
      this.chosen = new Set([...this.chosen].filter((id) => doomed.every((run) => run.id !== id)));
      this.said =
        doomed.length === 1 ? `Deleted “${doomed[0].name}”.` : `Deleted ${count(doomed.length, 'run')}.`;
    });

  /** Curves and adapters stay. */
  thin = (runs: ListedRun[]) =>
    this.#change(async () => {
      const stored = await storedRuns();
      let gained = 0;
      for (const { id } of runs) gained += await stored.thin(id);
      this.said = `About ${bytes(gained)} freed; curves and adapters are as they were.`;
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
