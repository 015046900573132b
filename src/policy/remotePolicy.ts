/** The policy of a worker (workers/policy.ts), as a Policy again. */
import { proxy, type Remote } from 'comlink';
import type { Policy } from './policy.ts';
import type { PolicyAddress, PolicyService, Progress } from './policyService.ts';

let calls = 0;

/**
 * Loads a checkpoint in the worker. Other calls may overlap here: the worker takes them in turn.
 *
 * @throws AbortError.
 */
export async function remotePolicy(
  worker: Remote<PolicyService>,
  address: PolicyAddress,
  { onProgress, signal }: { onProgress?: Progress; signal?: AbortSignal } = {},
): Promise<Policy> {
  const call = <T>(run: (number: number) => Promise<T>, signal?: AbortSignal) =>
    cancellable(worker, run, signal);
  await call((n) => worker.load(n, address, onProgress && proxy(onProgress)), signal);
  return {
    device: address.device,
    checkpoint: address.name,
    encode: (prompt, image) => call((n) => worker.encode(n, prompt, image)),
    generate: (prompt, count, sampling, { signal, onTokens } = {}) =>
      call((n) => worker.generate(n, prompt, count, sampling, onTokens && proxy(onTokens)), signal),
    setAdapter: (adapter) => call((n) => worker.setAdapter(n, adapter)),
    dispose: () => call((n) => worker.dispose(n)),
  };
}

async function cancellable<T>(
  worker: Remote<PolicyService>,
  run: (number: number) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  signal?.throwIfAborted();
  const number = ++calls;
  const cancel = () => void worker.cancel(number);
  signal?.addEventListener('abort', cancel);
  try {
    return await run(number);
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}
