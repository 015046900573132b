import type { CheckpointPlan } from '../../hub/checkpointPlan.ts';
import type { DownloadProgress } from '../../hub/download.ts';
import type { Origin } from '../../hub/hubService.ts';
import type { Precision } from '../../hub/precision.ts';
import type { StoredCheckpoint } from '../../hub/storedCheckpoints.ts';
import type { Given } from '../cells/demonstrations.svelte.ts';
import { isAbort } from '../errors.ts';
import type { DeviceChoice } from '../loadModel.ts';
import { WorkerEndedError } from '../workerEnd.ts';
import { acceleratorOf } from './accelerator.ts';
import { checkpointFiles } from './checkpointFolder.ts';
import { modelName } from './modelName.ts';

const MIRROR = 'robot-r1-mirror';

/** Loaded when the chooser is opened: the page starts without it. */
const hub = () => import('../remoteHub.ts');

/** Chooses, downloads and deletes checkpoints of a hub. */
export class ModelChooser {
  /** Hub id. */
  id = $state('');
  mirror = $state(localStorage.getItem(MIRROR) ?? '');
  /** Null: chosen for the device. */
  precision = $state<Precision | null>(null);
  plan = $state.raw<CheckpointPlan | null>(null);
  progress = $state.raw<DownloadProgress | null>(null);
  /** What is being done before a download runs. */
  looking = $state(false);
  error = $state('');
  /** Does again what failed, where the worker ended. */
  again = $state.raw<(() => void) | null>(null);
  stored = $state.raw<StoredCheckpoint[]>([]);
  #origin: Origin = { mirror: '' };
  #abort: AbortController | null = null;
  readonly #device: () => DeviceChoice;

  constructor(device: () => DeviceChoice) {
    this.#device = device;
  }

  readonly busy = $derived(this.looking || this.progress !== null);

  async refresh() {
    try {
      this.stored = await (await hub()).storedCheckpoints();
    } catch (error) {
      this.#fail(error as Error, () => void this.refresh());
    }
  }

  choose(id: string) {
    this.cancel();
    [this.id, this.plan, this.precision, this.error] = [id, null, null, ''];
    this.#origin = { mirror: this.mirror };
  }

  /** Asks the hub what there is and how large it is. */
  async look() {
    localStorage.setItem(MIRROR, this.mirror.trim());
    this.#origin = { mirror: this.mirror };
    await this.#look();
  }

  /** @param giving a folder of the visitor; null: nothing was given. */
  async lookIn(giving: Given | null | Promise<Given | null>) {
    try {
      const given = await giving;
      if (!given) return;
      this.choose(given.name);
      this.#origin = { files: checkpointFiles(given.files) };
    } catch (error) {
      this.#fail(error as Error);
      return;
    }
    await this.#look();
  }

  async setPrecision(precision: Precision) {
    this.precision = precision;
    await this.#look();
  }

  /** @returns the name to load it by, or null when it was cancelled or failed. */
  async download(): Promise<string | null> {
    const plan = this.plan;
    if (!plan) return null;
    let here = plan.here;
    const done = await this.#work(async (signal) => {
      this.progress = { done: plan.here, total: plan.total, file: '', secondsLeft: null };
      // Asked for, not insisted on: without it the browser may clear the store when the disk is full.
      await navigator.storage.persist().catch(() => false);
      const told = (progress: DownloadProgress) => {
        here = progress.done;
        if (!signal.aborted) this.progress = progress;
      };
      await (await hub()).downloadCheckpoint(plan, this.#origin, told, signal);
    });
    await this.refresh();
    if (this.plan) this.plan = { ...plan, here: done ? plan.total : here };
    return done ? modelName(plan.id, plan.precision) : null;
  }

  async delete(id: string) {
    try {
      await (await hub()).deleteCheckpoint(id);
    } catch (error) {
      this.#fail(error as Error, () => void this.delete(id));
      return;
    }
    await this.refresh();
    if (this.plan?.id === id) this.plan = { ...this.plan, here: 0 };
  }

  cancel() {
    this.#abort?.abort();
    [this.#abort, this.progress, this.looking] = [null, null, false];
  }

  async #look() {
    this.plan = null;
    await this.#work(
      async (signal) => {
        this.looking = true;
        const choice = { precision: this.precision, accelerator: await acceleratorOf(this.#device()) };
        this.plan = await (await hub()).planCheckpoint(this.id.trim(), this.#origin, choice, signal);
        this.precision = this.plan.precision;
      },
      () => void this.#look(),
    );
  }

  /** @param again offered where the worker ended. */
  #fail(error: Error, again: (() => void) | null = null) {
    this.error = error.message;
    this.again = error instanceof WorkerEndedError ? again : null;
  }

  /** @param again does it once more. @returns whether it came to its end. */
  async #work(work: (signal: AbortSignal) => Promise<void>, again?: () => void): Promise<boolean> {
    this.#abort?.abort();
    const abort = (this.#abort = new AbortController());
    this.error = '';
    try {
      await work(abort.signal);
      return true;
    } catch (error) {
      if (!isAbort(error) && this.#abort === abort) this.#fail(error as Error, again);
      return false;
    } finally {
      if (this.#abort === abort) [this.#abort, this.progress, this.looking] = [null, null, false];
    }
  }
}
