/** From what the visitor asks for to a model that answers and can be trained. */
import type { CheckpointAddress } from '../checkpoint/address.ts';
import type { CheckpointConfig } from '../checkpoint/config.ts';
import { ALL_Q4, weightBitsOf } from '../checkpoint/parts.ts';
import type { Accelerator } from '../hub/precision.ts';
import { chooseDevice, wasmThreads } from '../policy/device.ts';
import type { PolicyAddress } from '../policy/policyService.ts';
import { isAbort } from './errors.ts';
import type { LoadedModel, Progress } from './notebook.svelte.ts';
import { loadRemoteLearner, type RemoteLearner } from './remoteLearner.ts';
import { loadRemotePolicy } from './remotePolicy.ts';

export const EMBEDDED = 'embedded';
export const EMBEDDED_BASE = `${import.meta.env.BASE_URL}checkpoint/`;

export type DeviceChoice = 'auto' | 'webgpu' | 'wasm';

/** ?device=webgpu or ?device=wasm in the page's address. */
export function deviceFromAddress(search: string): DeviceChoice {
  const device = new URLSearchParams(search).get('device');
  return device === 'webgpu' || device === 'wasm' ? device : 'auto';
}

/**
 * Where a checkpoint's files are.
 * @param source "embedded", the address of a folder, or the name of a stored checkpoint, "owner/name:q4".
 * @throws Error when it is none of these; when it is not stored; when it cannot run on this device.
 */
export async function checkpointAddress(
  source: string,
  page: string,
  choice: DeviceChoice,
): Promise<CheckpointAddress> {
  if (source === EMBEDDED) {
    const baseUrl = new URL(EMBEDDED_BASE, page).href;
    return { name: EMBEDDED, baseUrl, id: EMBEDDED, dtypes: ALL_Q4, askOnly: null, policy: 'own' };
  }
  const { acceleratorOf } = await import('./models/accelerator.ts');
  const accelerator = await acceleratorOf(choice);
  if (isAddress(source)) return addressOfFolder(source, accelerator);
  const [{ modelName, splitModelName }, { planStoredCheckpoint }] = await Promise.all([
    import('./models/modelName.ts'),
    import('./remoteHub.ts'),
  ]);
  const { id, precision } = splitModelName(source);
  const plan = await planStoredCheckpoint(id, { precision, accelerator });
  if (!plan) throw new Error(`${id} is not stored here: choose it below to download it`);
  const { dtypes, askOnly, policy } = plan;
  return { name: modelName(id, plan.precision), baseUrl: null, id, dtypes, askOnly, policy };
}

function isAddress(source: string): boolean {
  return /^https?:\/\//.test(source);
}

/** @throws Error when what lies there cannot run on this device. */
async function addressOfFolder(name: string, accelerator: Accelerator): Promise<CheckpointAddress> {
  const [{ chooseFiles }, { filesAt }, { httpSource, readJson }] = await Promise.all([
    import('../hub/chooseFiles.ts'),
    import('../hub/filesAt.ts'),
    import('../checkpoint/source.ts'),
  ]);
  const baseUrl = name.replace(/\/?$/, '/');
  const [json, files] = await Promise.all([
    readJson(httpSource(name, baseUrl), 'config.json'),
    filesAt(baseUrl),
  ]);
  const { dtypes, askOnly, policy } = chooseFiles(files, json, { precision: null, accelerator }, name);
  return { name, baseUrl, id: name, dtypes, askOnly, policy };
}

/**
 * The same checkpoint for WebAssembly, which computes in other precisions than a GPU: as named where that can be, else in
 * one that is stored and can. @throws Error that says what to download.
 */
async function addressOnWasm(source: string, failed: string): Promise<CheckpointAddress> {
  const page = document.baseURI;
  try {
    return await checkpointAddress(source, page, 'wasm');
  } catch (named) {
    const { splitModelName } = await import('./models/modelName.ts');
    const id = isAddress(source) ? source : splitModelName(source).id;
    const refused = named as Error;
    const why = await checkpointAddress(id, page, 'wasm').catch(() => refused);
    if (!(why instanceof Error)) return why;
    throw new Error(
      `WebGPU failed (${failed}), and WebAssembly cannot take its place: ${why.message}; set the device to WebAssembly and download such a precision`,
      { cause: named },
    );
  }
}

/** @throws Error naming what is missing; AbortError. */
export async function loadModel(
  source: string,
  choice: DeviceChoice,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<LoadedModel> {
  const address = await checkpointAddress(source, document.baseURI, choice);
  const { device, reason } = choice === 'auto' ? await chooseDevice() : asChosen(choice);
  try {
    return await load({ ...address, device }, reason, onProgress, signal);
  } catch (error) {
    if (isAbort(error) || choice !== 'auto' || device === 'wasm') throw error;
    const failed = (error as Error).message;
    const why = `Runs on your CPU by WebAssembly, since WebGPU failed: ${failed}.`;
    return load({ ...(await addressOnWasm(source, failed)), device: 'wasm' }, why, onProgress, signal);
  }
}

function asChosen(device: 'webgpu' | 'wasm'): { device: 'webgpu' | 'wasm'; reason: string } {
  if (device === 'webgpu') return { device, reason: 'Runs by WebGPU, as chosen.' };
  const threads = wasmThreads();
  return {
    device,
    reason: `Runs on your CPU by WebAssembly (${threads === 1 ? 'one thread' : `${threads} threads`}), as chosen.`,
  };
}

async function load(
  address: PolicyAddress,
  reason: string,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<LoadedModel> {
  let bytes = 0;
  const policy = await loadRemotePolicy(
    address,
    (done, total) => {
      bytes = done;
      const label = done === total ? 'Starting the model' : 'Loading the model';
      onProgress({ label, done, total, unit: 'bytes' });
    },
    signal,
  );
  let learner: RemoteLearner | null = null;
  return {
    name: address.name,
    askOnly: address.askOnly,
    bytes,
    weightBits: weightBitsOf(address.dtypes.decoder_model_merged),
    reason,
    policy,
    async ready(onAgain, againSignal) {
      if (!policy.ended) return;
      const told = (done: number, total: number | null) =>
        onAgain({ label: 'Loading the model again', done, total, unit: 'bytes' });
      await again(address.device, () => policy.load(told, againSignal));
    },
    config: () => loadConfig(address),
    promptLength: (prompt) => policy.promptLength(prompt),
    async freshAdapter(lora, seed) {
      const { initAdapter } = await import('../checkpoint/initAdapter.ts');
      return initAdapter(await loadConfig(address), lora, seed);
    },
    async learner(onLearnerProgress, learnerSignal) {
      if (address.askOnly !== null) throw new Error(address.askOnly);
      const told = (done: number, total: number | null) =>
        onLearnerProgress({ label: 'Loading the learner', done, total, unit: 'bytes' });
      if (!learner) learner = await loadRemoteLearner(address, told, learnerSignal);
      else if (learner.ended)
        learner = await again(address.device, () => loadRemoteLearner(address, told, learnerSignal));
      return learner;
    },
  };
}

/** After a loss or two a browser may give no graphics device any more. @throws Error that says what runs without one. */
async function again<T>(device: 'webgpu' | 'wasm', loading: () => Promise<T>): Promise<T> {
  try {
    return await loading();
  } catch (error) {
    if (isAbort(error) || device === 'wasm') throw error;
    throw new Error(
      `the model could not be loaded again on the graphics device (${(error as Error).message}): choose WebAssembly as the device in Model and load it there, or restart the browser; what is stored stays`,
      { cause: error },
    );
  }
}

async function loadConfig(address: CheckpointAddress): Promise<CheckpointConfig> {
  const [{ readConfig }, { readJson }, { sourceAt }] = await Promise.all([
    import('../checkpoint/config.ts'),
    import('../checkpoint/source.ts'),
    import('../hub/sourceAt.ts'),
  ]);
  return readConfig(await readJson(await sourceAt(address), 'config.json'));
}
