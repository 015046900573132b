import { untrack } from 'svelte';
import type { Adapter } from '../../checkpoint/adapter.ts';
import type { Bundle } from '../../demos/demonstration.ts';
import type { Question } from '../../questions/question.ts';
import type { Run, RunParent, RunSummary, SavedEvaluation } from '../../runs/run.ts';
import type { GrpoProgress } from '../../training/grpo.ts';
import type { StepRecord } from '../../training/stepRecord.ts';
import type { TrainedStep, TrainingState } from '../../training/trainingState.ts';
import { askedWords, plannedWords } from '../askedQuestions.ts';
import { Dashboard, type ShownCurves } from '../dashboard/dashboard.svelte.ts';
import type { CellState } from '../document/cell.ts';
import type { RunDigest } from '../document/runDigestSchema.ts';
import { isAbort } from '../errors.ts';
import { Fault, RemediableError } from '../fault.svelte.ts';
import type { Notebook, Progress } from '../notebook.svelte.ts';
import { openTabletop } from '../remoteDemos.ts';
import { staleWords } from '../runGoesOn.ts';
import { WrongFields } from '../settings/wrongFields.svelte.ts';
import { questionsOfRun } from '../traces/questionsOfRun.ts';
import { configOf, DEFAULT_TRAIN_CONFIG, type TrainConfig } from '../trainConfig.ts';
import { unlessAborted } from '../unlessAborted.ts';
import { Work } from '../work.svelte.ts';
import { KeptRun, type KeptRunResults } from './keptRun.svelte.ts';
import { followed, type LiveGroup } from './liveGroup.ts';
import { ShownRun } from './shownRun.svelte.ts';
import { askedBy, askHeldOut, endedBy, isDue, runSettings, stepsOf, type Engines } from './trainEngines.ts';
import { UpdateMemory } from './updateMemory.svelte.ts';

const STATUS_WORDS = {
  idle: 'stopped',
  running: 'training',
  pausing: 'pausing',
  paused: 'paused',
  finished: 'done',
};
export type TrainStatus = keyof typeof STATUS_WORDS;

export interface TrainResults extends KeptRunResults {
  /** Left out while nothing but the dozen is shown. */
  dashboard?: ShownCurves;
}

/** Trains an adapter by GRPO and keeps every step in a run. */
export class TrainCell implements CellState {
  readonly #notebook: Notebook;
  config = $state.raw<TrainConfig>(DEFAULT_TRAIN_CONFIG);
  readonly wrong = new WrongFields();
  status = $state<TrainStatus>('idle');
  readonly #shown = new ShownRun();
  live = $state.raw<LiveGroup | null>(null);
  #told = $state.raw<Progress | null>(null);
  readonly fault = new Fault();
  /** The run's questions by id, and where their pictures are. */
  asked = $state.raw<{ bundle: Bundle; questions: ReadonlyMap<string, Question> } | null>(null);
  readonly memory: UpdateMemory;
  readonly dashboard: Dashboard;
  /** A stored run whose adapter and optimiser the next new run begins with. */
  parent = $state.raw<(RunParent & { state: TrainingState }) | null>(null);
  #abort: AbortController | null = null;
  readonly #tell = (progress: Progress) => void (this.progress = progress);
  /** The pictures of a stored run. */
  readonly #finding = new Work((error) => (this.error = error.message));

  /** The run it held when it was kept, to be taken up again by reopen. */
  readonly #kept: KeptRun;

  constructor(notebook: Notebook, settings?: TrainConfig, results?: TrainResults) {
    this.#notebook = notebook;
    if (settings) this.config = settings;
    this.#kept = new KeptRun(results);
    this.dashboard = new Dashboard(results?.dashboard);
    const asked = () => this.asked?.questions.values().next().value;
    this.memory = new UpdateMemory(notebook, () => this.config, asked);
    $effect(() => {
      void notebook.runsChanged;
      untrack(() => void this.#watch());
    });
  }

  get error(): string {
    return this.fault.text;
  }
  set error(text: string) {
    this.fault.text = text;
  }

  get settings(): TrainConfig {
    return this.config;
  }

  /** The run itself is kept among the runs. */
  get results(): TrainResults {
    const { kept } = this.dashboard;
    return { ...this.#kept.results(this.run?.id ?? null), ...(kept && { dashboard: kept }) };
  }

  /** Of a run that is not in this browser, and of those laid over it, as a file tells of them. */
  get elsewhere(): RunDigest[] {
    return this.#kept.elsewhere;
  }
  set elsewhere(digests: RunDigest[]) {
    this.#kept.elsewhere = digests;
  }

  async reopen() {
    try {
      const isWanted = () => !this.busy && !this.run;
      const found = await this.#kept.open(isWanted, (run) => this.restore(run));
      if (found === 'lost') this.fault.tell(lostRun(() => void this.train()));
      if (found === 'none' || found === 'shown') await this.dashboard.reopen();
    } catch (error) {
      this.error = (error as Error).message;
    }
  }

  get run(): RunSummary | null {
    return this.#shown.summary;
  }
  get steps(): StepRecord[] {
    return this.#shown.steps;
  }
  get evaluations(): SavedEvaluation[] {
    return this.#shown.evaluations;
  }
  get done(): number {
    return this.#shown.done;
  }
  /** As it is trained now; null before the first step. */
  get adapter(): Adapter | null {
    return this.#shown.state?.adapter ?? null;
  }
  get progress(): Progress | null {
    return this.#told ?? this.#finding.progress;
  }
  set progress(progress: Progress | null) {
    this.#told = progress;
  }

  readonly #pausing = $derived(this.status === 'pausing');
  readonly busy = $derived(this.status === 'running' || this.status === 'pausing');

  readonly obstacle = $derived.by(() => {
    const { model } = this.#notebook;
    if (!model) return 'The model has not loaded yet.';
    if (model.askOnly !== null) return model.askOnly;
    if (this.config.data === 'loaded' && !this.#notebook.bundle) return 'No demonstrations are loaded.';
    if (this.status === 'paused') return '';
    return this.wrong.obstacle || this.#notebook.questionObstacle;
  });

  /** Who has the model while this cell waits for it. */
  readonly waitingFor = $derived.by(() => this.#notebook.waitingFor);

  readonly stale = $derived.by(() =>
    this.run && !this.busy
      ? staleWords(this.run, this.#notebook, this.config, this.#notebook.model?.name ?? null)
      : '',
  );

  readonly fresh = $derived(this.status === 'finished' && !this.stale);

  async runAll(): Promise<boolean> {
    if (this.stale) this.leave();
    await this.train();
    return this.fresh;
  }

  cancel() {
    this.stop();
  }

  readonly summary = $derived(this.busy || this.run ? `${STATUS_WORDS[this.status]}, step ${this.done}` : '');

  /** What a run was trained on, or what the next one will be, a sentence. */
  readonly trainsOn = $derived.by(() => {
    if (this.run) return askedWords(this.run);
    if (this.config.data === 'tabletop') return plannedWords(null, null, 0);
    const { bundle, openedQuestions, questionEdits } = this.#notebook;
    return plannedWords(bundle, openedQuestions, questionEdits.size);
  });

  /** Starts a new run, or goes on with the one that is paused. */
  train(): Promise<void> {
    return this.#go(Infinity);
  }

  stepOnce(): Promise<void> {
    return this.#go(1);
  }

  /** Lets the step under way end. */
  pause() {
    if (this.status === 'running') this.status = 'pausing';
  }

  /** Ends at once; the step under way is lost, those before it are kept in the run. */
  stop() {
    this.#finding.cancel();
    this.#abort?.abort();
    if (this.status === 'paused') this.status = 'idle';
  }

  /** Takes up a stored run where it was left. */
  restore(run: Run) {
    this.#adopt(run);
    this.#shown.show(run);
    this.elsewhere = [];
    this.status = this.#shown.isDone ? 'finished' : 'paused';
  }

  /** Another tab may train the run that is shown here. */
  async #watch() {
    const { run } = this;
    const isIdle = () => !this.busy && this.run?.id === run?.id;
    if (!run || this.busy) return;
    try {
      await this.#shown.catchUp(run, isIdle);
      if (isIdle() && this.status === 'paused' && this.#shown.isDone) this.status = 'finished';
    } catch (error) {
      this.error = (error as Error).message;
    }
  }

  /** The pictures of a stored run's questions, where its demonstrations are shipped or loaded. */
  async findPictures() {
    const { run } = this;
    if (!run || this.busy || this.asked) return;
    const { bundle, openedQuestions } = this.#notebook;
    await this.#finding.run(async (signal, tell) => {
      const found = await questionsOfRun(run, bundle, openedQuestions, tell, signal);
      if (!found)
        this.error = `The demonstrations of “${run.name}” are not open here, so there are no pictures.`;
      else if (this.run?.id === run.id) this.asked ??= found;
    });
  }

  /** Sets up a new run, a child, that begins with what a stored one learned; all but its LoRA can be set. */
  branch(run: Run) {
    if (!run.state) throw new Error(`“${run.name}” has no step yet: there is nothing to begin with`);
    this.#adopt(run);
    this.parent = { id: run.id, name: run.name, step: run.steps, state: run.state };
  }

  /** Leaves the run; the next training starts a new one. */
  leave() {
    if (this.busy) return;
    this.#clear();
    this.parent = null;
  }

  /** The settings of a stored run, and none of its steps. */
  #adopt(run: Run) {
    if (this.busy) throw new Error('stop the training under way first, then continue another run');
    this.leave();
    this.config = configOf(run, this.config);
    this.wrong.clear();
    this.error = '';
  }

  #clear() {
    this.#shown.clear();
    [this.live, this.asked] = [null, null];
    this.dashboard.chosen = null;
    this.status = 'idle';
  }

  async #go(steps: number) {
    const { model } = this.#notebook;
    if (this.busy || this.obstacle || !model) return;
    if (this.status !== 'paused') this.#clear();
    this.#finding.cancel();
    const abort = (this.#abort = new AbortController());
    this.error = '';
    this.status = 'running';
    try {
      if (this.run) await this.#shown.takeUp(this.run);
      if (this.run && this.#shown.isDone) return void (this.status = 'finished');
      const told = unlessAborted(abort.signal, this.#tell);
      const tabletop = this.config.data === 'tabletop';
      const bundle = tabletop ? await openTabletop(told, abort.signal) : this.#notebook.bundle!;
      const asked = await askedBy(this.run, model.name, bundle, this.config, this.#notebook);
      const { train, heldOut } = asked.data;
      this.asked = { bundle, questions: new Map([...train, ...heldOut].map((q) => [q.id, q])) };
      await this.#notebook.useModel(abort.signal, async () => {
        const learner = await model.learner(told, abort.signal);
        const engines = { policy: model.policy, learner, ...asked };
        await this.#train(engines, steps, abort.signal);
      });
    } catch (error) {
      if (!isAbort(error))
        this.fault.tell(error as Error, endedBy(error as Error, this.#shown.state ? this.done : 0));
      this.status = this.run && !isAbort(error) ? 'paused' : 'idle';
    } finally {
      // What is still told of it comes late.
      abort.abort();
      [this.#told, this.live] = [null, null];
      this.#shown.release();
      this.#notebook.runsChanged++;
    }
  }

  async #train(engines: Engines, wanted: number, signal: AbortSignal) {
    const { policy, learner } = engines;
    if (!this.run && this.parent) {
      const { config: lora } = this.parent.state.adapter;
      this.config = { ...this.config, grpo: { ...this.config.grpo, lora } };
    }
    const config = this.config.grpo;
    if (!this.run) await this.#newRun(engines);
    if (!this.#shown.state)
      await learner.setAdapter(await this.#notebook.model!.freshAdapter(config.lora, config.seed));
    // Before the first step, and where the run was stopped between a step and its evaluation.
    if (isDue(config, this.done) && !this.evaluations.some(({ step }) => step === this.done)) {
      await policy.setAdapter(this.#shown.state?.adapter ?? null);
      await this.#evaluate(engines, this.done, signal);
    }
    const told = { follow: (p: GrpoProgress) => this.#follow(p), progress: this.#tell };
    let left = wanted;
    for await (const trained of stepsOf(this.config, engines, this.#shown.state, told, signal)) {
      await this.#keep(trained);
      if (isDue(config, trained.step)) await this.#evaluate(engines, trained.step, signal);
      if (trained.step === config.max_steps) break;
      if (left > 1 && !this.#pausing && (await this.#notebook.giveWay(signal))) await this.#takeBack(engines);
      if (--left === 0 || this.#pausing) {
        this.status = 'paused';
        return;
      }
    }
    this.status = 'finished';
  }

  /** Others have used the model in between, with adapters of their own. */
  async #takeBack({ policy, learner }: Engines) {
    const { adapter, optimizer } = this.#shown.state!;
    await policy.setAdapter(adapter);
    await learner.setAdapter(adapter, optimizer);
    this.#notebook.adapter = { run: this.run!.id, name: this.run!.name, adapter };
  }

  async #newRun(engines: Engines) {
    const settings = await runSettings(this.config, engines, this.#notebook.model!.name);
    await this.#shown.begin(settings, this.parent);
    this.parent = null;
    this.elsewhere = [];
    this.#notebook.runsChanged++;
  }

  async #keep(trained: TrainedStep) {
    const { id, name } = await this.#shown.append(trained);
    this.#notebook.adapter = { run: id, name, adapter: trained.state.adapter };
    this.#notebook.runsChanged++;
  }

  async #evaluate(engines: Engines, step: number, signal: AbortSignal) {
    this.live = null;
    const report = await askHeldOut(engines, this.config, step, this.#tell, signal);
    await this.#shown.evaluated(step, report);
  }

  #follow(p: GrpoProgress) {
    const { num_generations } = this.config.grpo;
    const { live, progress } = followed(this.live, this.#told, p, num_generations);
    [this.live, this.#told] = [live, progress];
  }
}

function lostRun(train: () => void): RemediableError {
  return new RemediableError(
    'The run of this cell is no longer among the runs of this browser: train it again.',
    { words: 'Train it again', act: train },
  );
}
