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
import { WorkerSeat } from './workerSeat.ts';

let seat: WorkerSeat<PolicyService> | null = null;

/** A new worker in place of one that ended. */
function policySeat(): WorkerSeat<PolicyService> {
  if (!seat || seat.calls.ended)
    seat = new WorkerSeat(
      new Worker(new URL('../../workers/policy.ts', import.meta.url), { type: 'module', name: 'policy' }),
      'what runs the model',
    );
  return seat;
}

type OnProgress = (loaded: number, total: number | null) => void;

/** Takes the place of the policy loaded before, once it is whole. @throws naming what is missing; AbortError. */
export async function loadRemotePolicy(
  address: PolicyAddress,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<RemotePolicy> {
  const policy = new RemotePolicy(address);
  await policy.load(onProgress, signal);
  return policy;
}

export class RemotePolicy implements Policy {
  readonly #address: PolicyAddress;
  #seat = policySeat();
  #adapter: Adapter | null = null;

  constructor(address: PolicyAddress) {
    this.#address = address;
  }

  get device(): 'webgpu' | 'wasm' {
    return this.#address.device;
  }

  get checkpoint(): string {
    return this.#address.name;
  }

  /** Its device was lost, or memory ran out: to be loaded again. */
  get ended(): boolean {
    return this.#seat.calls.ended !== null;
  }

  /** Again in a new worker where the one before ended, with the adapter that was set there. */
  async load(onProgress: OnProgress, signal: AbortSignal): Promise<void> {
    const seat = policySeat();
    await seat.calls.run(signal, (call) => seat.service.load(call, this.#address, Comlink.proxy(onProgress)));
    this.#seat = seat;
    seat.watch();
    if (this.#adapter) await this.setAdapter(this.#adapter);
  }

  encode(prompt: string, image: PromptImage): Promise<EncodedPrompt> {
    return this.#seat.calls.run(undefined, (call) => this.#seat.service.encode(call, prompt, image));
  }

  promptLength(prompt: string): Promise<number> {
    return this.#seat.calls.run(undefined, (call) => this.#seat.service.promptLength(call, prompt));
  }

  encodeResponse(text: string): Promise<Int32Array> {
    return this.#seat.calls.run(undefined, (call) => this.#seat.service.encodeResponse(call, text));
  }

  generate(
    prompt: EncodedPrompt,
    count: number,
    sampling: SamplingSettings,
    { signal, onTokens }: GenerateOptions = {},
  ): Promise<Completion[]> {
    const told = onTokens && Comlink.proxy(onTokens);
    return this.#seat.calls.run(signal, (call) =>
      this.#seat.service.generate(call, prompt, count, sampling, told),
    );
  }

  generateBatch(
    prompts: SeededPrompt[],
    count: number,
    sampling: Omit<SamplingSettings, 'seed'>,
    { signal, onTokens }: BatchOptions = {},
  ): Promise<Completion[][]> {
    const told = onTokens && Comlink.proxy(onTokens);
    return this.#seat.calls.run(signal, (call) =>
      this.#seat.service.generateBatch(call, prompts, count, sampling, told),
    );
  }

  optionScores(prompt: EncodedPrompt, ids: Int32Array): Promise<number[]> {
    return this.#seat.calls.run(undefined, (call) => this.#seat.service.optionScores(call, prompt, ids));
  }

  letterTrace(
    prompt: EncodedPrompt,
    ids: Int32Array,
    { signal, onProgress }: LetterTraceOptions = {},
  ): Promise<LetterTrace> {
    const told = onProgress && Comlink.proxy(onProgress);
    return this.#seat.calls.run(signal, (call) => this.#seat.service.letterTrace(call, prompt, ids, told));
  }

  setAdapter(adapter: Adapter | null): Promise<void> {
    this.#adapter = adapter;
    return this.#seat.calls.run(undefined, (call) => this.#seat.service.setAdapter(call, adapter));
  }

  dispose(): Promise<void> {
    return this.#seat.calls.run(undefined, (call) => this.#seat.service.dispose(call));
  }
}
