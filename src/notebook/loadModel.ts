/** From what the visitor asks for to a model that answers and can be trained. */
import type { CheckpointConfig } from '../checkpoint/config.ts';
import { chooseDevice, wasmThreads } from '../policy/device.ts';
import type { Learner } from '../learner/learner.ts';
import type { PolicyAddress } from '../policy/policyService.ts';
import { isAbort } from './errors.ts';
import type { LoadedModel, Progress } from './notebook.svelte.ts';
import { loadRemoteLearner } from './remoteLearner.ts';
import { loadRemotePolicy } from './remotePolicy.ts';

export const EMBEDDED = 'embedded';
export const EMBEDDED_BASE = `${import.meta.env.BASE_URL}checkpoint/`;
const HUB = 'https://huggingface.co/';

export type DeviceChoice = 'auto' | 'webgpu' | 'wasm';

/** ?device=webgpu or ?device=wasm in the page's address. */
export function deviceFromAddress(search: string): DeviceChoice {
  const device = new URLSearchParams(search).get('device');
  return device === 'webgpu' || device === 'wasm' ? device : 'auto';
}

/**
 * Where a checkpoint's files are.
 * @param source "embedded", a hub id, or the address of a folder.
 * @throws Error when it is none of these.
 */
export function checkpointAddress(source: string, page: string): { name: string; baseUrl: string } {
  if (source === EMBEDDED) return { name: EMBEDDED, baseUrl: new URL(EMBEDDED_BASE, page).href };
  if (/^[\w.-]+\/[\w.-]+$/.test(source)) return { name: source, baseUrl: `${HUB}${source}/resolve/main/` };
  if (/^https?:\/\//.test(source)) return { name: source, baseUrl: source.replace(/\/?$/, '/') };
  throw new Error(
    `"${source}" is no checkpoint: give "${EMBEDDED}", a hub id like owner/name, or an https address`,
  );
}

/** @throws Error naming what is missing; AbortError. */
export async function loadModel(
  source: string,
  choice: DeviceChoice,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<LoadedModel> {
  const address = checkpointAddress(source, document.baseURI);
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
  let learner: Promise<Learner> | null = null;
  return {
    name: address.name,
    bytes,
    reason,
    policy,
    config: () => loadConfig(address),
    async freshAdapter(lora, seed) {
      const { initAdapter } = await import('../checkpoint/initAdapter.ts');
      return initAdapter(await loadConfig(address), lora, seed);
    },
    learner(onLearnerProgress, learnerSignal) {
      const told = (done: number, total: number | null) =>
        onLearnerProgress({ label: 'Loading the learner', done, total, unit: 'bytes' });
      learner ??= loadRemoteLearner(address, told, learnerSignal).catch((error: unknown) => {
        learner = null;
        throw error;
      });
      return learner;
    },
  };
}

async function loadConfig({ name, baseUrl }: PolicyAddress): Promise<CheckpointConfig> {
  const [{ readConfig }, { httpSource, readJson }] = await Promise.all([
    import('../checkpoint/config.ts'),
    import('../checkpoint/source.ts'),
  ]);
  return readConfig(await readJson(httpSource(name, baseUrl), 'config.json'));
}
