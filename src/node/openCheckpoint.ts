/** From --model to a checkpoint's files: the embedded one, a folder, or one of a hub, downloaded once. */
import { existsSync } from 'node:fs';
import type { PartDtypes } from '../checkpoint/parts.ts';
import { readJson, type CheckpointSource } from '../checkpoint/source.ts';
import type { Use } from '../hub/architecture.ts';
import { planDownload, planStored, type CheckpointPlan } from '../hub/checkpointPlan.ts';
import { chooseFiles } from '../hub/chooseFiles.ts';
import { download } from '../hub/download.ts';
import {
  offeredPrecisions,
  PRECISIONS,
  refusal,
  type Accelerator,
  type Precision,
} from '../hub/precision.ts';
import { hubRepository, isHubId } from '../hub/repository.ts';
import { StoredCheckpoints } from '../hub/storedCheckpoints.ts';
import { httpTransport } from '../hub/transport.ts';
import { EMBEDDED, folderSource } from './checkpointFolder.ts';
import { UsageError, type Terminal } from './command.ts';
import { cacheFolder, diskStore } from './diskStore.ts';

const CPU: Accelerator = { device: 'cpu', shaderF16: false, android: false };

/** What --model and --mirror say, for the help of commands. */
export const MODEL_HELP: [string, string][] = [
  [
    '--model MODEL',
    "DIR in the hub's layout or hub id OWNER/NAME, either with :PRECISION (the embedded one)",
  ],
  ['--mirror URL', 'another hub to download from; kept in $ROBOT_R1_CACHE (~/.cache/robot-r1)'],
];

export interface OpenedCheckpoint extends Use {
  source: CheckpointSource;
  dtypes: PartDtypes;
}

export interface OpenOptions {
  mirror?: string;
  terminal: Pick<Terminal, 'note' | 'progress' | 'signal'>;
}

/** @throws UsageError on words that name no checkpoint; Error when it cannot be had or cannot run; AbortError. */
export async function openCheckpoint(model: string, options: OpenOptions): Promise<OpenedCheckpoint> {
  const { name: id, tag } = tagged(model);
  const isFolder = id === EMBEDDED || existsSync(id);
  if (!isFolder && !isHubId(id))
    throw new UsageError(`--model ${model} is neither a folder nor a hub id like owner/name`);
  const precision = tag === null ? null : precisionOf(tag);
  if (isFolder) return openFolder(id, precision);
  const checkpoints = new StoredCheckpoints(diskStore(cacheFolder()));
  const plan =
    (await storedWhole(checkpoints, id, precision)) ?? (await fetched(checkpoints, id, precision, options));
  const { dtypes, askOnly, policy } = plan;
  return { source: await checkpoints.source(id), dtypes, askOnly, policy };
}

/** What stands behind the last colon is a precision, unless the whole is a folder: C:\models has a colon too. */
function tagged(model: string): { name: string; tag: string | null } {
  const colon = model.lastIndexOf(':');
  if (colon < 0 || existsSync(model)) return { name: model, tag: null };
  return { name: model.slice(0, colon), tag: model.slice(colon + 1) };
}

/** @throws UsageError when the folder lacks the precision. */
async function openFolder(folder: string, precision: Precision | null): Promise<OpenedCheckpoint> {
  const source = folderSource(folder);
  const files = (await source.paths!()).map((path) => ({ path }));
  const json = await readJson(source, 'config.json');
  const offered = offeredPrecisions(new Set(files.map(({ path }) => path)));
  if (precision !== null && !offered.includes(precision))
    throw new UsageError(
      `${folder} has no ${precision}: it has ${offered.join(', ') || 'no precision whole'}`,
    );
  const wish = { precision, accelerator: CPU };
  const { dtypes, askOnly, policy } = chooseFiles(files, json, wish, source.name);
  return { source, dtypes, askOnly, policy };
}

function precisionOf(tag: string): Precision {
  const found = PRECISIONS.find((precision) => precision === tag);
  if (!found) throw new UsageError(`":${tag}" is no precision: choose ${PRECISIONS.join(', ')}`);
  const why = refusal(found, CPU);
  if (why) throw new UsageError(why);
  return found;
}

async function storedWhole(
  checkpoints: StoredCheckpoints,
  id: string,
  precision: Precision | null,
): Promise<CheckpointPlan | null> {
  const stored = await planStored(checkpoints, id, { precision: null, accelerator: CPU });
  if (!stored || precision === null || stored.precision === precision) return stored;
  return stored.offered.includes(precision)
    ? planStored(checkpoints, id, { precision, accelerator: CPU })
    : null;
}

async function fetched(
  checkpoints: StoredCheckpoints,
  id: string,
  precision: Precision | null,
  { mirror, terminal }: OpenOptions,
): Promise<CheckpointPlan> {
  const { signal } = terminal;
  const repository = hubRepository(id, mirror);
  const plan = await planDownload(checkpoints, repository, { precision, accelerator: CPU, signal });
  const size = `${(plan.total / 1e6).toFixed(0)} MB`;
  terminal.note(`${id} in ${plan.precision}: ${size} from ${repository.host} to ${cacheFolder()}`);
  await download(checkpoints, id, plan.files, httpTransport(repository), {
    signal,
    onProgress: ({ done, total, secondsLeft }) => {
      const left = secondsLeft === null ? '' : `, ${Math.ceil(secondsLeft)} s left`;
      terminal.progress(`${(done / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB${left}`);
    },
  });
  return plan;
}
