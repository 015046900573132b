/** Everything a run needs, from the command line's words. */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { readConfig } from '../checkpoint/config.ts';
import { initAdapter } from '../checkpoint/initAdapter.ts';
import { readJson } from '../checkpoint/source.ts';
import type { StateMapping } from '../demos/stateMapping.ts';
import { pickQuestions } from '../evaluation/pickQuestions.ts';
import { createLearner } from '../learner/createLearner.ts';
import type { RunSettings } from '../runs/run.ts';
import type { GrpoConfig } from '../training/grpoConfig.ts';
import { onnxPath } from '../checkpoint/parts.ts';
import { EMBEDDED } from './checkpointFolder.ts';
import { openCheckpoint, type OpenOptions } from './openCheckpoint.ts';
import { fingerprintOf } from './openDemonstrations.ts';
import { openSplit } from './openSplit.ts';
import { UsageError } from './command.ts';
import { HELD_OUT } from './heldOut.ts';
import { RunFolder } from './runFolder.ts';
import { beginWith, describeStart, readStartAdapter } from './startAdapter.ts';
import type { TrainRun } from './trainRun.ts';

const FLAG_OF = { questions: '--eval-questions', samples: '--samples' };

interface Common {
  /** Path of the demonstrations. */
  bundle: string;
  folder: string;
  /** Of a checkpoint that is downloaded. */
  model: OpenOptions;
}

/** Held-out questions asked at most, and samples of each. */
export type HeldOut = NonNullable<RunSettings['held_out']>;

type NewRun = Common &
  Pick<RunSettings, 'config' | 'sft' | 'test_fraction' | 'question_settings'> & {
    held_out: HeldOut;
    checkpoint?: string;
    /** A folder with the adapter to begin with. */
    adapter?: string;
    mapping?: StateMapping;
  };

export async function startRun(options: NewRun): Promise<TrainRun> {
  const { sft, test_fraction, held_out, question_settings, mapping } = options;
  const { terminal } = options.model;
  const start = options.adapter === undefined ? null : await readStartAdapter(options.adapter);
  const checkpoint = options.checkpoint ?? start?.checkpoint ?? EMBEDDED;
  const config = start ? { ...options.config, lora: start.adapter.config } : options.config;
  if (start) terminal.note(describeStart(start));
  if (start?.checkpoint && start.checkpoint !== checkpoint)
    terminal.note(`that adapter was trained on ${start.checkpoint}, not on ${checkpoint}`);
  const settings: RunSettings = {
    name: `${sft ? 'sft, ' : ''}seed ${config.seed}`,
    checkpoint,
    bundle: {
      name: basename(options.bundle),
      sha256: await fingerprintOf(options.bundle),
      ...(mapping && { mapping }),
    },
    question_settings,
    test_fraction,
    held_out,
    config,
    sft,
  };
  const data = await openData(options, settings);
  const model = await openModel(checkpoint, settings, options.model);
  const begun = start ? { parent: start.parent, state: await beginWith(start, model.learner) } : undefined;
  const folder = await RunFolder.create(options.folder, settings, randomUUID(), begun);
  return { ...data, ...model, folder, samples: held_out.samples };
}

/**
 * Asks the held-out questions that it began with. @param options.steps a new max_steps; null leaves it.
 * @throws Error when the demonstrations are not the run's, or other held-out questions are wanted.
 */
export async function resumeRun(
  options: Common & { steps: number | null; held_out: Partial<HeldOut> },
): Promise<TrainRun> {
  const folder = await RunFolder.open(options.folder);
  const { run } = folder;
  const sha256 = await fingerprintOf(options.bundle);
  if (sha256 !== run.bundle.sha256 || basename(options.bundle) !== run.bundle.name)
    throw new Error(
      `${options.bundle} is not what the run was trained on (${run.bundle.name}): give that file`,
    );
  const held_out = run.held_out ?? {
    questions: options.held_out.questions ?? HELD_OUT.questions,
    samples: options.held_out.samples ?? HELD_OUT.samples,
  };
  for (const key of ['questions', 'samples'] as const)
    if ((options.held_out[key] ?? held_out[key]) !== held_out[key])
      throw new UsageError(
        `the run began with ${held_out[key]} ${key === 'questions' ? 'held-out questions' : 'samples of each'}: ${FLAG_OF[key]} cannot be changed with --resume`,
      );
  if (options.steps !== null && options.steps < run.steps)
    throw new UsageError(`--steps ${options.steps}, but ${run.steps} steps are done: give more`);
  run.held_out = held_out;
  const data = await openData(options, run);
  const model = await openModel(run.checkpoint, run, options.model);
  if (options.steps !== null) await folder.extendTo(options.steps);
  return { ...data, ...model, folder, samples: held_out.samples };
}

async function openData({ bundle, model }: Common, settings: RunSettings) {
  const { question_settings, test_fraction, held_out } = settings;
  const { mapping } = settings.bundle;
  const note = (remark: string) => model.terminal.note(remark);
  const split = await openSplit(bundle, question_settings, test_fraction, note, mapping);
  const { train, test, demonstrations, images } = split;
  return {
    questions: { train, held: pickQuestions(test, held_out!.questions, question_settings.seed) },
    demonstrations,
    images,
  };
}

/** Policy and learner of one checkpoint, the learner with a fresh adapter. @throws Error where it can only be asked. */
export async function openModel(
  checkpoint: string,
  { config }: { config: Pick<GrpoConfig, 'lora' | 'seed'> },
  options: OpenOptions,
) {
  const { signal } = options.terminal;
  const { source, dtypes, askOnly } = await openCheckpoint(checkpoint, options);
  if (askOnly) throw new Error(askOnly);
  const { createPolicy } = await import('../policy/vlmPolicy.ts');
  const policy = await createPolicy(source, { device: 'cpu', dtypes, signal });
  const learner = await createLearner(source, {
    device: 'wasm',
    decoderFile: onnxPath('decoder_model_merged', dtypes.decoder_model_merged),
    embeddingsFile: onnxPath('embed_tokens', dtypes.embed_tokens),
    signal,
  });
  const shapes = readConfig(await readJson(source, 'config.json', signal));
  await learner.setAdapter(initAdapter(shapes, config.lora, config.seed));
  return { policy, learner, shapes };
}
