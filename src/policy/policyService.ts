/** A policy behind a message port: calls wait for their turn, and each can be cancelled by its number. */
import type { Adapter } from '../checkpoint/adapter.ts';
import type { CheckpointAddress } from '../checkpoint/address.ts';
import type {
  Completion,
  EncodedPrompt,
  LetterTrace,
  Policy,
  PromptImage,
  SamplingSettings,
  SeededPrompt,
} from './policy.ts';

export interface PolicyAddress extends CheckpointAddress {
  device: 'webgpu' | 'wasm';
}

export type Progress = (loaded: number, total: number | null) => void;
export type LoadPolicy = (
  address: PolicyAddress,
  onProgress: Progress | undefined,
  signal: AbortSignal,
) => Promise<Policy>;

/** What a page talks to through Comlink; remotePolicy makes a Policy of it again. Call numbers are the caller's. */
export class PolicyService {
  private readonly loadPolicy: LoadPolicy;
  private readonly controllers = new Map<number, AbortController>();
  private policy: Policy | null = null;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(loadPolicy: LoadPolicy) {
    this.loadPolicy = loadPolicy;
  }

  /** Replaces the policy that was loaded before; cancelled until the end, that one stays. */
  load(call: number, address: PolicyAddress, onProgress?: Progress): Promise<void> {
    return this.inTurn(call, async (signal) => {
      const loaded = await this.loadPolicy(address, onProgress, signal);
      if (signal.aborted) {
        await loaded.dispose();
        signal.throwIfAborted();
      }
      await this.policy?.dispose();
      this.policy = loaded;
    });
  }

  encode(call: number, prompt: string, image: PromptImage): Promise<EncodedPrompt> {
    return this.inTurn(call, () => this.loaded().encode(prompt, image));
  }

  /** @throws Error of a model that is only asked. */
  promptLength(call: number, prompt: string): Promise<number> {
    return this.inTurn(call, () => {
      const policy = this.loaded();
      if (!policy.promptLength) throw new Error(`${policy.checkpoint} counts no prompts: it is only asked`);
      return policy.promptLength(prompt);
    });
  }

  encodeResponse(call: number, text: string): Promise<Int32Array> {
    return this.inTurn(call, () => this.loaded().encodeResponse(text));
  }

  generate(
    call: number,
    prompt: EncodedPrompt,
    count: number,
    sampling: SamplingSettings,
    onTokens?: (tokens: (string | null)[]) => void,
  ): Promise<Completion[]> {
    return this.inTurn(call, (signal) =>
      this.loaded().generate(prompt, count, sampling, { signal, onTokens }),
    );
  }

  generateBatch(
    call: number,
    prompts: SeededPrompt[],
    count: number,
    sampling: Omit<SamplingSettings, 'seed'>,
    onTokens?: (prompt: number, tokens: (string | null)[]) => void,
  ): Promise<Completion[][]> {
    return this.inTurn(call, (signal) =>
      this.loaded().generateBatch(prompts, count, sampling, { signal, onTokens }),
    );
  }

  optionScores(call: number, prompt: EncodedPrompt, ids: Int32Array): Promise<number[]> {
    return this.inTurn(call, () => this.loaded().optionScores(prompt, ids));
  }

  letterTrace(
    call: number,
    prompt: EncodedPrompt,
    ids: Int32Array,
    onProgress?: (done: number, total: number) => void,
  ): Promise<LetterTrace> {
    return this.inTurn(call, (signal) => this.loaded().letterTrace(prompt, ids, { signal, onProgress }));
  }

  setAdapter(call: number, adapter: Adapter | null): Promise<void> {
    return this.inTurn(call, () => this.loaded().setAdapter(adapter));
  }

  dispose(call: number): Promise<void> {
    return this.inTurn(call, async () => {
      await this.policy?.dispose();
      this.policy = null;
    });
  }

  /** Of the policy loaded last: never ends unless its device does. @throws DeviceLostError. */
  async lost(): Promise<never> {
    return this.loaded().lost ?? new Promise(() => undefined);
  }

  /** The call, running or waiting, ends with an AbortError. */
  cancel(call: number): void {
    this.controllers.get(call)?.abort();
  }

  private loaded(): Policy {
    if (!this.policy) throw new Error('no model is loaded: call load first');
    return this.policy;
  }

  private async inTurn<T>(call: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    this.controllers.set(call, controller);
    const before = this.turn;
    const result = before.then(() => {
      controller.signal.throwIfAborted();
      return run(controller.signal);
    });
    this.turn = result.catch(() => undefined);
    return result.finally(() => this.controllers.delete(call));
  }
}
