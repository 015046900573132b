/** From what the visitor asks for to a model that answers and can be trained. */
import type { CheckpointAddress } from '../checkpoint/address.ts';
import type { CheckpointConfig } from '../checkpoint/config.ts';
import { ALL_Q4 } from '../checkpoint/parts.ts';
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
  const at = (name: string, baseUrl: string, askOnly: string | null): CheckpointAddress => {
    return { name, baseUrl, id: name, dtypes: ALL_Q4, askOnly };
  };
  if (source === EMBEDDED) return at(EMBEDDED, new URL(EMBEDDED_BASE, page).href, null);
  if (/^https?:\/\//.test(source)) {
    const base = source.replace(/\/?$/, '/');
    return at(source, base, await askOnlyAt(source, base));
  }
  const [{ acceleratorOf }, { modelName, splitModelName }, { planStoredCheckpoint }] = await Promise.all([
    import('./models/accelerator.ts'),
    import('./models/modelName.ts'),
    import('./remoteHub.ts'),
  ]);
  const { id, precision } = splitModelName(source);
  const accelerator = await acceleratorOf(choice);
  const plan = await planStoredCheckpoint(id, { precision, accelerator });
  if (!plan) throw new Error(`${id} is not stored here: choose it below to download it`);
  const { architecture, dtypes } = plan;
  const askOnly = architecture.use === 'ask' ? architecture.why : null;
  return { name: modelName(id, plan.precision), baseUrl: null, id, dtypes, askOnly };
}

/** Why what lies at an address cannot be trained, or null. @throws Error when it cannot run at all. */
async function askOnlyAt(name: string, base: string): Promise<string | null> {
  const [{ architectureOf }, { httpSource, readJson }] = await Promise.all([
    import('../hub/architecture.ts'),
    import('../checkpoint/source.ts'),
  ]);
  const architecture = architectureOf(await readJson(httpSource(name, base), 'config.json'), name);
  return architecture.use === 'ask' ? architecture.why : null;
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
    const why = `Runs on your CPU by WebAssembly, since WebGPU failed: ${(error as Error).message}.`;
    return load({ ...address, device: 'wasm' }, why, onProgress, signal);
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
    reason,
    policy,
    async ready(onAgain, againSignal) {
      if (!policy.ended) return;
      const told = (done: number, total: number | null) =>
        onAgain({ label: 'Loading the model again', done, total, unit: 'bytes' });
      await again(address.device, () => policy.load(told, againSignal));
    },
    config: () => loadConfig(address),
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
