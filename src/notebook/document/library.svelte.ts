import { newId } from '../../runs/newId.ts';
import { storedRuns } from '../runs.ts';
import { saveFile } from '../saveFile.ts';
import { FIRST_CELLS, type KeptNotebook } from './kept.ts';
import { Keeper } from './keeper.svelte.ts';
import type { NotebookDocument } from './notebookDocument.svelte.ts';
import type { Notebooks, NotebookSummary } from './notebooks.ts';
import { isAlike, type Tenancy } from './tenancy.svelte.ts';

type New = Pick<KeptNotebook, 'title' | 'cells' | 'origin'>;

/** All notebooks of this browser, and which one is open. */
export class Library {
  open = $state.raw<NotebookDocument | null>(null);
  /** Last changed first. */
  list = $state.raw<NotebookSummary[]>([]);
  /** Deleted last: it can be brought back while the page is open. */
  removed = $state.raw<KeptNotebook | null>(null);
  /** Runs that cells of the others hold. */
  readonly runsElsewhere = $derived(
    this.list.flatMap((other) => (other.id === this.open?.id ? [] : other.runs)),
  );
  error = $state('');
  said = $state('');
  readonly #show: (kept: KeptNotebook) => NotebookDocument;
  #store: Promise<Notebooks> | null = null;
  readonly keeper = new Keeper(() => this.#notebooks());
  /** Of the open one. */
  readonly tenancy: Tenancy;
  /** What another tab left of the open one, when it is not what is shown here. */
  #left: KeptNotebook | null = null;

  /** @param show makes the open notebook of a kept one */
  constructor(tenancy: Tenancy, show: (kept: KeptNotebook) => NotebookDocument) {
    [this.tenancy, this.#show] = [tenancy, show];
  }

  /** The notebook of the address: a link's, a shipped one's by ?open=, else the last, else a new one. */
  async begin(address: Pick<Location, 'hash' | 'search'>): Promise<void> {
    const slug = new URLSearchParams(address.search).get('open');
    const given = await this.#try(async () => {
      if (address.hash.startsWith('#notebook=')) return this.#fromLink(address.hash);
      return slug ? this.#shipped(slug) : null;
    });
    const last = given ?? (await this.#last());
    await this.#turnTo(last ?? named({ title: 'Notebook', cells: FIRST_CELLS }));
    await this.refresh();
    await this.#quietly(async () => {
      const { sweepKept } = await import('./keptDemonstrations.ts');
      await sweepKept([...(await (await this.#notebooks()).ids()), this.open!.id]);
    });
  }

  openKept = (id: string) => this.#switch(async () => (await this.#notebooks()).load(id));

  openShipped = (slug: string) => this.#switch(() => this.#shipped(slug));

  create = () =>
    this.#switch(() => Promise.resolve(named({ title: this.#freeTitle('Notebook'), cells: FIRST_CELLS })));

  duplicate = () =>
    this.#switch(async () => {
      const { id, title, cells } = this.#current();
      const copy = named({ title: this.#freeTitle(title), cells });
      const { copyKept } = await import('./keptDemonstrations.ts');
      await copyKept(id, copy.id);
      return copy;
    });

  openFile = (file: File) =>
    this.#switch(async () => {
      const { readNotebookFile } = await import('./notebookFile.ts');
      return named(await readNotebookFile(file, await storedRuns()));
    });

  /** The open one; the next takes its place. */
  remove = () =>
    this.#switch(async () => {
      const gone = this.#current();
      if (!this.tenancy.ours) throw new Error(`“${gone.title}” is open in another tab: delete it there`);
      await this.keeper.leave();
      const notebooks = await this.#notebooks();
      await notebooks.remove(gone.id);
      this.removed = gone;
      const [next] = await notebooks.list();
      return next ? notebooks.load(next.id) : named({ title: 'Notebook', cells: FIRST_CELLS });
    });

  /** As the tab that is closed left it; what was changed here is dropped. */
  takeLeft = () => this.#switch(() => Promise.resolve(this.#left!));

  /** As it is here; what the closed tab left is replaced. */
  keepShown() {
    this.tenancy.state = 'ours';
    this.keeper.follow(this.open!);
  }

  bringBack = () =>
    this.#switch(() => {
      const back = this.removed;
      if (!back) throw new Error('there is no deleted notebook to bring back');
      this.removed = null;
      return Promise.resolve(back);
    });

  downloadJson = () =>
    this.#try(async () => {
      const { notebookJson } = await import('./notebookFile.ts');
      saveFile(await notebookJson(this.#current(), await storedRuns()), this.#fileName('json'));
    });

  downloadZip = () =>
    this.#try(async () => {
      const { notebookZip } = await import('./notebookFile.ts');
      const told = (done: number, total: number) => (this.said = `Packing run ${done + 1} of ${total}.`);
      saveFile(await notebookZip(this.#current(), await storedRuns(), told), this.#fileName('zip'));
      this.said = '';
    });

  /** Into the clipboard; where that is closed, into the address bar. */
  copyLink = () =>
    this.#try(async () => {
      const { notebookLink } = await import('./notebookLink.ts');
      const link = await notebookLink(this.#current(), location.href);
      try {
        await navigator.clipboard.writeText(link);
        this.said = 'The link is copied: it carries the cells and their settings, no results.';
      } catch {
        history.replaceState(null, '', new URL(link).hash);
        this.said = 'The link is in the address bar, to be copied from there.';
      }
    });

  refresh = () =>
    this.#quietly(async () => {
      this.list = await (await this.#notebooks()).list();
    });

  #current(): KeptNotebook {
    return { ...this.open!.kept, changed: new Date().toISOString() };
  }

  async #switch(find: () => Promise<KeptNotebook>): Promise<void> {
    const turned = await this.#try(async () => {
      await this.keeper.flush();
      const kept = await find();
      await this.keeper.leave();
      await this.#turnTo(kept);
      return true;
    });
    if (!turned && this.open) this.keeper.follow(this.open);
    await this.refresh();
  }

  async #turnTo(kept: KeptNotebook): Promise<void> {
    this.open?.dispose();
    this.open = this.#show(kept);
    await this.tenancy.enter(kept.id, () => this.#inherit(kept.id));
    if (this.tenancy.ours) this.keeper.follow(this.open);
  }

  /** The tab that kept the open notebook is closed. @returns whether what it left is what is shown here. */
  async #inherit(id: string): Promise<boolean> {
    this.#left = await (await this.#notebooks()).load(id).catch(() => null);
    const alike = !this.#left || isAlike(this.#left, this.open!.kept);
    if (alike) this.keeper.follow(this.open!);
    return alike;
  }

  async #last(): Promise<KeptNotebook | null> {
    try {
      return await (await this.#notebooks()).last();
    } catch (error) {
      this.error = `The notebook you had open cannot be read; it stays as it is, and a new one is shown. ${(error as Error).message}`;
      return null;
    }
  }

  /** Opened once, it is the reader's own, and is found again as they left it. */
  async #shipped(slug: string): Promise<KeptNotebook> {
    const { shippedNotebook } = await import('../notebooks/shipped.ts');
    return this.#once(`shipped:${slug}`, () => shippedNotebook(slug));
  }

  async #fromLink(hash: string): Promise<KeptNotebook> {
    const { readNotebookLink } = await import('./notebookLink.ts');
    const bytes = new TextEncoder().encode(hash);
    const { fingerprint } = await import('../../runs/fingerprint.ts');
    const digest = (await fingerprint(new Blob([bytes]))) ?? newId();
    const found = await this.#once(`link:${digest.slice(0, 32)}`, () => readNotebookLink(hash));
    // Its cells change from now on; the address would go on saying otherwise.
    history.replaceState(null, '', location.pathname + location.search);
    return found;
  }

  async #once(origin: string, make: () => Promise<New>): Promise<KeptNotebook> {
    const notebooks = await this.#notebooks();
    const mine = (await notebooks.list()).find((other) => other.origin === origin);
    return mine ? notebooks.load(mine.id) : named({ ...(await make()), origin });
  }

  #freeTitle(title: string): string {
    const base = title.replace(/ \d+$/, '');
    // The open one may be newer than the list.
    const taken = new Set([this.open?.title, ...this.list.map((other) => other.title)]);
    let number = 2;
    while (taken.has(`${base} ${number}`)) number++;
    return taken.has(base) ? `${base} ${number}` : base;
  }

  #fileName(ending: string): string {
    return `${this.open!.title.replace(/[^\w.-]+/g, '-').replace(/^-+|-+$/g, '') || 'notebook'}.${ending}`;
  }

  #notebooks(): Promise<Notebooks> {
    this.#store ??= import('./notebooks.ts').then(({ openNotebooks }) => openNotebooks());
    return this.#store;
  }

  #try<T>(what: () => Promise<T>): Promise<T | null> {
    [this.error, this.said] = ['', ''];
    return this.#quietly(what);
  }

  /** What was said before stays. */
  async #quietly<T>(what: () => Promise<T>): Promise<T | null> {
    try {
      return await what();
    } catch (error) {
      this.error = (error as Error).message;
      return null;
    }
  }
}

function named(notebook: New): KeptNotebook {
  return { ...notebook, id: newId(), changed: new Date().toISOString() };
}
