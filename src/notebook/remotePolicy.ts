/** A Policy whose work is done in the policy worker. */
import * as Comlink from 'comlink';
import type {
  BatchOptions,
  Completion,
  EncodedPrompt,
  GenerateOptions,
  LetterTrace,
  LetterTraceOptions,
  Policy,
  PromptImage,
  SamplingSettings,
  SeededPrompt,
} from '../policy/policy.ts';
import type { PolicyAddress, PolicyService } from '../policy/policyService.ts';
import type { Adapter } from '../checkpoint/adapter.ts';
import { CancellableCalls } from './cancellableCalls.ts';

type Service = Comlink.Remote<PolicyService>;

let worker: Service | null = null;

function policyWorker(): Service {
  worker ??= Comlink.wrap<PolicyService>(
    new Worker(new URL('../../workers/policy.ts', import.meta.url), { type: 'module', name: 'policy' }),
  );
  return worker;
}

/** Takes the place of the policy loaded before, once it is whole. @throws naming what is missing; AbortError. */
export async function loadRemotePolicy(
  address: PolicyAddress,
  onProgress: (loaded: number, total: number | null) => void,
  signal: AbortSignal,
): Promise<Policy> {
  const service = policyWorker();
  const policy = new RemotePolicy(service, address);
  await policy.calls.run(signal, (call) => service.load(call, address, Comlink.proxy(onProgress)));
  return policy;
}

class RemotePolicy implements Policy {
  readonly device: 'webgpu' | 'wasm';
  readonly checkpoint: string;
  readonly calls: CancellableCalls;
  readonly #service: Service;

  constructor(service: Service, { device, name }: PolicyAddress) {
    [this.#service, this.device, this.checkpoint] = [service, device, name];
    this.calls = new CancellableCalls((call) => void service.cancel(call));
  }

  encode(prompt: string, image: PromptImage): Promise<EncodedPrompt> {
    return this.calls.run(undefined, (call) => this.#service.encode(call, prompt, image));
  }

  encodeResponse(text: string): Promise<Int32Array> {
    return this.calls.run(undefined, (call) => this.#service.encodeResponse(call, text));
  }

  generate(
    prompt: EncodedPrompt,
    count: number,
    sampling: SamplingSettings,
    { signal, onTokens }: GenerateOptions = {},
  ): Promise<Completion[]> {
    const told = onTokens && Comlink.proxy(onTokens);
    return this.calls.run(signal, (call) => this.#service.generate(call, prompt, count, sampling, told));
  }

  generateBatch(
    prompts: SeededPrompt[],
    count: number,
    sampling: Omit<SamplingSettings, 'seed'>,
    { signal, onTokens }: BatchOptions = {},
  ): Promise<Completion[][]> {
    const told = onTokens && Comlink.proxy(onTokens);
    return this.calls.run(signal, (call) =>
      this.#service.generateBatch(call, prompts, count, sampling, told),
    );
  }

  optionScores(prompt: EncodedPrompt, ids: Int32Array): Promise<number[]> {
    return this.calls.run(undefined, (call) => this.#service.optionScores(call, prompt, ids));
  }

  letterTrace(
    prompt: EncodedPrompt,
    ids: Int32Array,
    { signal, onProgress }: LetterTraceOptions = {},
  ): Promise<LetterTrace> {
    const told = onProgress && Comlink.proxy(onProgress);
    return this.calls.run(signal, (call) => this.#service.letterTrace(call, prompt, ids, told));
  }

  setAdapter(adapter: Adapter | null): Promise<void> {
    return this.calls.run(undefined, (call) => this.#service.setAdapter(call, adapter));
  }

  dispose(): Promise<void> {
    return this.calls.run(undefined, (call) => this.#service.dispose(call));
  }
}
