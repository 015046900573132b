import type { Adapter } from '../checkpoint/adapter.ts';
import type { EncodedImage } from '../demos/demonstration.ts';

/** 'blank' is uniform grey: the blind control. */
export type PromptImage = EncodedImage | 'blank';

export interface EncodedPrompt {
  /** Token ids with the image's tokens expanded, [P]. */
  ids: Int32Array;
  /** Input embeddings with image features in their places, row-major [P, hidden]. The vision tower ran once. */
  embeds: Float32Array;
  hidden: number;
  /** Instead of `embeds`, which then is empty: what a model that can only be asked takes beside the ids. */
  inputs?: Record<string, ModelInput>;
}

/** A tensor, row-major. */
export interface ModelInput {
  type: 'float32' | 'int64' | 'bool';
  data: Float32Array | BigInt64Array | Uint8Array;
  dims: number[];
}

/** Names as in TRL's GRPOConfig. */
export interface SamplingSettings {
  /** 0 is greedy. */
  temperature: number;
  top_p: number;
  /** 0 is off. */
  top_k: number;
  /** Tokens less likely than this share of the likeliest are not drawn; 0 or absent is off. */
  min_p?: number;
  max_completion_length: number;
  seed: number;
}

export interface Completion {
  /** With the end token when terminated. */
  ids: Int32Array;
  /** Special tokens left out. */
  text: string;
  /** Each token's text, so that joining gives `text`. */
  tokens: string[];
  /** log p of each token under softmax(logits / temperature), before top-p and top-k; greedy: temperature 1. */
  logprobs: Float32Array;
  /** Entropy in nats of the same distribution, one a token. */
  entropies: Float32Array;
  /** False when cut at max_completion_length. */
  terminated: boolean;
  /**
   * Probabilities of A, B, C, D (and E to H where the tokenizer tells them apart) where the answer's letter was chosen,
   * in the full vocabulary; null without one.
   */
  letters: number[] | null;
}

export interface GenerateOptions {
  signal?: AbortSignal;
  /** One call a decoding step: the new token of each row, null for rows that have ended. */
  onTokens?: (tokens: (string | null)[]) => void;
}

/** A prompt, and the seed of its group. */
export interface SeededPrompt {
  prompt: EncodedPrompt;
  seed: number;
}

export interface BatchOptions {
  signal?: AbortSignal;
  /** As GenerateOptions.onTokens, of the first prompt of those that are decoded together. */
  onTokens?: (prompt: number, tokens: (string | null)[]) => void;
}

/** How likely each letter was along a thought (letterTrace.ts defines it). */
export interface LetterTrace {
  /** Tokens of the response before each reading, rising: from "<think>" to the end of the thought. */
  at: number[];
  /** Probabilities of A, B, C, D at each reading, in the full vocabulary. */
  letters: number[][];
}

export interface LetterTraceOptions {
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

/**
 * The VLM that answers. Calls on one policy must not overlap. Any may throw DeviceLostError or OutOfMemoryError: another
 * policy is needed then.
 */
export interface Policy {
  readonly device: 'webgpu' | 'wasm' | 'cpu';
  /** Hub id or name of the checkpoint. */
  readonly checkpoint: string;
  /** Rejects with DeviceLostError, also while nothing is asked. */
  readonly lost?: Promise<never>;
  encode(prompt: string, image: PromptImage): Promise<EncodedPrompt>;
  /** How many ids encode would give, the picture unseen. Not of models that are only asked. */
  promptLength?(prompt: string): Promise<number>;
  /** Tokens of a response as generate would give it for this text, the end token among them. */
  encodeResponse(text: string): Promise<Int32Array>;
  /** `count` completions of one prompt from one prefill, decoded as one batch. @throws AbortError within a token. */
  generate(
    prompt: EncodedPrompt,
    count: number,
    sampling: SamplingSettings,
    options?: GenerateOptions,
  ): Promise<Completion[]>;
  /** As generate for each prompt, to rounding; as many prompts as memory allows are decoded together. */
  generateBatch(
    prompts: SeededPrompt[],
    count: number,
    sampling: Omit<SamplingSettings, 'seed'>,
    options?: BatchOptions,
  ): Promise<Completion[][]>;
  /**
   * Probabilities of A, B, C, D, in the full vocabulary, where the thought of a given response ends and the answer
   * follows, from one forward pass. @param ids of the response, or of its thought alone.
   */
  optionScores(prompt: EncodedPrompt, ids: Int32Array): Promise<number[]>;
  /** The four letters after each token of a given response's thought, in one pass. @throws AbortError within a token. */
  letterTrace(prompt: EncodedPrompt, ids: Int32Array, options?: LetterTraceOptions): Promise<LetterTrace>;
  /** Null: the base model. Takes effect with the next generate; reloads nothing. */
  setAdapter(adapter: Adapter | null): Promise<void>;
  dispose(): Promise<void>;
}
