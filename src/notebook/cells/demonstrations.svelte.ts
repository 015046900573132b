import type { Bundle, CameraName, Demonstration, LayerName } from '../../demos/demonstration.ts';
import type { GivenFile } from '../../demos/fileTree.ts';
import { discoverKeypoints } from '../../demos/keypoints.ts';
import { partialCameras } from '../../demos/partialCameras.ts';
import { MappingNeeded, type MappingOffer, type StateMapping } from '../../demos/stateMapping.ts';
import type { Recorded } from '../../simulator/bundle.ts';
import type { CellState } from '../document/cell.ts';
import type { KeptRecording } from '../document/keptDemonstrations.ts';
import type { Notebook, Progress } from '../notebook.svelte.ts';
import { isAbort } from '../errors.ts';
import { Fault, RemediableError } from '../fault.svelte.ts';
import { droppedFiles } from '../givenFiles.ts';
import { recordDemonstrations, type RecordRequest } from '../remoteSimulator.ts';
import { lerobotDataset, openDemonstrations, openSample, openTabletop } from '../remoteDemos.ts';
import { saveFile } from '../saveFile.ts';
import { count, taskName } from '../words.ts';

type Work<T> = (onProgress: (progress: Progress) => void, signal: AbortSignal) => Promise<T>;
export type Opener = Work<Bundle>;

/** Files of a bundle, to be read again by another mapping. */
export interface Given {
  files: GivenFile[];
  name: string;
}

/** 'kept': what the reader opened or recorded, as this browser keeps it. */
export type DemonstrationsSource = 'sample' | 'tabletop' | 'kept';

/** Which bundle is loaded, and which of its frames is looked at. */
export class DemonstrationsCell implements CellState {
  readonly #notebook: Notebook;
  progress = $state.raw<Progress | null>(null);
  readonly fault = new Fault();
  chosen = $state(0);
  frame = $state(0);
  camera = $state<CameraName>('front');
  /** Looked at in the picture's place where the camera has it. */
  layer = $state<LayerName | null>(null);
  /** What the loaded bundle was read from; null where it was no file of the visitor's. */
  given = $state.raw<Given | null>(null);
  /** Files that cannot be read before their columns are chosen. */
  unmapped = $state.raw<{ offer: MappingOffer; given: Given } | null>(null);
  /** Bytes that this browser keeps of what is shown; null where it came with the page or is not kept. */
  keptBytes = $state<number | null>(null);
  /** Why what is shown is not kept: a reload will not find it. */
  unkept = $state('');
  /** Cameras that the dataset downloaded last has no pictures of. */
  leftOut = $state.raw<string[]>([]);
  #abort: AbortController | null = null;
  #working: Promise<unknown> = Promise.resolve();

  /** What is opened again after a reload. */
  #source = $state<DemonstrationsSource>('sample');

  constructor(notebook: Notebook, settings?: { source: DemonstrationsSource }) {
    this.#notebook = notebook;
    if (settings) this.#source = settings.source;
  }

  get error(): string {
    return this.fault.text;
  }
  set error(text: string) {
    this.fault.text = text;
  }

  get settings(): { source: DemonstrationsSource } {
    return { source: this.#source };
  }

  get busy(): boolean {
    return this.progress !== null;
  }

  readonly fresh = $derived.by(() => this.#notebook.given.bundle !== null);

  /**
   * What was open when the page was left; without files the few demonstrations that come with the page. What the
   * reader has opened meanwhile, or is opening, stays.
   */
  async reopen() {
    if (this.busy || this.fresh) return;
    if (this.#source === 'kept') await this.#reopenKept();
    else if (this.#source === 'tabletop') await this.openTabletop();
    else await this.openWith('Reading the sample demonstrations', openSample);
  }

  async #reopenKept() {
    const { keptAt } = await import('../document/keptDemonstrations.ts');
    const kept = await keptAt(this.#notebook.place).catch(() => null);
    if (this.busy || this.fresh) return;
    if (!kept) {
      const text =
        'The demonstrations that were open here are not kept in this browser: open or record them again.';
      const act = () => void this.openWith('Reading the sample demonstrations', openSample);
      this.fault.tell(new RemediableError(text, { words: 'Show the sample instead', act }));
      return;
    }
    const opened =
      'files' in kept
        ? await this.#openFiles(kept.files, kept.files.mapping)
        : await this.openWith(`Opening ${kept.recording.name}`, () => recorded(kept.recording));
    if (opened) this.keptBytes = kept.bytes;
  }

  /** What another cell has open, kept for this one too. */
  async openCopyOf(place: string) {
    try {
      const { copyKept } = await import('../document/keptDemonstrations.ts');
      if (this.#source === 'kept') await copyKept(place, this.#notebook.place);
      await this.reopen();
    } catch (error) {
      this.error = (error as Error).message;
    }
  }

  /** The larger set that comes with the page. */
  async openTabletop() {
    if (await this.openWith('Reading the tabletop demonstrations', openTabletop)) this.#source = 'tabletop';
  }

  async runAll(): Promise<boolean> {
    if (!this.fresh) await this.reopen();
    await this.#working;
    return this.fresh;
  }

  readonly demonstration = $derived.by((): Demonstration | null => {
    return this.#notebook.bundle?.demonstrations[this.chosen] ?? null;
  });

  /** Frames of the keypoints, with what makes each one. */
  readonly keypoints = $derived.by(() => {
    const demo = this.demonstration;
    if (!demo) return [];
    return discoverKeypoints(demo, this.#notebook.questionSettings).map((frame) => ({
      frame,
      event: keypointEvent(demo, frame),
    }));
  });

  readonly summary = $derived.by(() => {
    if (this.progress) return 'opening';
    return this.#notebook.bundle ? count(this.#notebook.bundle.demonstrations.length, 'demo') : 'none yet';
  });

  choose(index: number) {
    this.chosen = index;
    this.frame = 0;
  }

  /** Opens files, by a mapping chosen by hand or by the one that their names propose. */
  async openFiles(given: Given, mapping?: StateMapping): Promise<boolean> {
    const opened = await this.#openFiles(given, mapping);
    if (opened) await this.#keep(({ keepFiles }, place) => keepFiles(place, { ...given, mapping }));
    return opened;
  }

  #openFiles(given: Given, mapping?: StateMapping): Promise<boolean> {
    const { files, name } = given;
    return this.openWith(
      `Reading ${name}`,
      (onProgress, signal) => openDemonstrations(files, name, onProgress, signal, mapping),
      given,
    );
  }

  /** Makes demonstrations in the simulator, and keeps them as files are kept. */
  async record(request: RecordRequest): Promise<void> {
    const name = `${taskName(request.task)}, seed ${request.seed}`;
    let made: Recorded | null = null;
    const opened = await this.openWith('Starting the simulator', async (onProgress, signal) => {
      made = await recordDemonstrations(request, onProgress, signal);
      return recorded({ name, recorded: made });
    });
    if (opened)
      await this.#keep(({ keepRecording }, place) => keepRecording(place, { name, recorded: made! }));
  }

  /** What cannot be kept leaves what was kept before, and says so. */
  async #keep(write: (store: KeptStore, place: string) => Promise<number>) {
    if (!this.#notebook.isKeptHere) return;
    try {
      this.keptBytes = await write(await import('../document/keptDemonstrations.ts'), this.#notebook.place);
      this.#source = 'kept';
    } catch (error) {
      this.unkept = (error as Error).message;
    }
  }

  /** Frees their storage; they stay open until the page is left. */
  async forget() {
    const { dropKept } = await import('../document/keptDemonstrations.ts');
    await dropKept(this.#notebook.place);
    [this.keptBytes, this.#source] = [null, 'sample'];
  }

  /** Opens what was dropped on the page. Must be called while the drop is handled. */
  async openDropped(transfer: DataTransfer): Promise<void> {
    const listing = droppedFiles(transfer);
    this.error = '';
    try {
      const given = await listing;
      if (given) await this.openFiles(given);
    } catch (error) {
      this.error = (error as Error).message;
    }
  }

  /** Opens a bundle; what was loaded stays until the new one is whole. */
  async openWith(label: string, opener: Opener, given: Given | null = null): Promise<boolean> {
    [this.unmapped, this.unkept] = [null, ''];
    const bundle = await this.#work(label, opener, (error) => {
      if (error instanceof MappingNeeded && given) this.unmapped = { offer: error.offer, given };
    });
    if (!bundle) return false;
    this.choose(0);
    this.#notebook.bundle = bundle;
    [this.given, this.keptBytes, this.leftOut] = [given, null, []];
    return true;
  }

  /** The demonstrations at hand as a LeRobot v3.0 dataset, into the visitor's downloads. */
  async saveDataset() {
    const { bundle } = this.#notebook;
    if (!bundle) return;
    const zip = await this.#work('Writing the dataset', (onProgress, signal) =>
      lerobotDataset(bundle, onProgress, signal),
    );
    if (!zip) return;
    this.leftOut = partialCameras(bundle.demonstrations);
    saveFile(zip, `${bundle.name.replace(/\.\w+$/, '').replace(/[^\w.-]+/g, '-')}-lerobot.zip`);
  }

  /** One work at a time: a second one ends the first. Null when it failed, was cancelled or was overtaken. */
  #work<T>(label: string, work: Work<T>, onError?: (error: Error) => void): Promise<T | null> {
    const done = this.#do(label, work, onError);
    this.#working = done;
    return done;
  }

  async #do<T>(label: string, work: Work<T>, onError?: (error: Error) => void): Promise<T | null> {
    this.#abort?.abort();
    const abort = (this.#abort = new AbortController());
    this.error = '';
    this.progress = { label, done: 0, total: null };
    try {
      const made = await work((p) => {
        if (this.#abort === abort) this.progress = p;
      }, abort.signal);
      abort.signal.throwIfAborted();
      return made;
    } catch (error) {
      if (isAbort(error) || this.#abort !== abort) return null;
      this.error = (error as Error).message;
      onError?.(error as Error);
      return null;
    } finally {
      if (this.#abort === abort) [this.progress, this.#abort] = [null, null];
    }
  }

  cancel() {
    this.#abort?.abort();
    [this.progress, this.#abort] = [null, null];
  }
}

type KeptStore = typeof import('../document/keptDemonstrations.ts');

async function recorded({ name, recorded }: KeptRecording): Promise<Bundle> {
  const { recordedBundle } = await import('../../simulator/bundle.ts');
  return recordedBundle(name, recorded);
}

/** Why a frame is a keypoint, as far as the gripper tells. */
export function keypointEvent(demo: Pick<Demonstration, 'gripperOpen' | 'length'>, frame: number): string {
  const [before, now] = [Math.max(0, frame - 1), frame].map((i) => demo.gripperOpen?.[i] ?? 0);
  if (now < before) return 'closes';
  if (now > before) return 'opens';
  return frame === demo.length - 1 ? 'ends' : 'stops';
}
