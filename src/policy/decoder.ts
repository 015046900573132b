/** The language model with its key-value cache: prompts in, then rows a token at a time. */
import { addAttentionBias } from '../checkpoint/attentionBias.ts';
import { writeOnnx, type OnnxModel } from '../checkpoint/onnxFile.ts';
import { LanguageModel } from './languageModel.ts';
import type { Runtime } from './onnxRuntime.ts';
import { RowBatch } from './rowBatch.ts';
import { RowPaths } from './rowPaths.ts';

export interface Decoder {
  /** Whether prompts of unlike length can be decoded together. */
  readonly ragged: boolean;
  /** Rows of a prompt that are best decoded together. @param embeds [P, hidden]. @param room tokens to come. */
  rowsAtOnce(embeds: Float32Array, room: number): number;
  /** Feeds for the adapter's inputs, from now on. */
  setAdapter(feeds: Record<string, { data: Float32Array; dims: number[] }>): Promise<void>;
  /**
   * Starts anew with one prompt, row 0. @param embeds [P, hidden]. @param room tokens that will follow, 0: unknown.
   * @returns logits after the last position.
   */
  prefill(embeds: Float32Array, room?: number): Promise<Float32Array>;
  /** As prefill for several prompts, a row each; where not `ragged` they are of one length. @returns their logits. */
  prefillAll(prompts: Float32Array[], room?: number): Promise<Float32Array[]>;
  /** Goes on with these rows, a row any number of times. */
  select(rows: number[]): Promise<void>;
  /** One token a row. @param embeds [rows, hidden]. @returns logits [rows, vocabulary]. */
  step(embeds: Float32Array): Promise<Float32Array>;
  /** Frees the cache. */
  clear(): void;
  release(): Promise<void>;
}

/**
 * Rows share one sequence where the graph can be made to (addAttentionBias), but on a GPU they are a batch: there
 * several prompts fill it.
 * @param model may be changed.
 */
export async function createDecoder(
  runtime: Runtime,
  model: OnnxModel,
  { num_hidden_layers, hidden_size }: { num_hidden_layers: number; hidden_size: number },
): Promise<Decoder> {
  const paths = runtime.device !== 'webgpu' && addAttentionBias(model);
  const open = await LanguageModel.open(runtime, writeOnnx(model), num_hidden_layers, hidden_size);
  if (paths) return new RowPaths(open);
  return new RowBatch(
    open,
    model.graph.node.some(({ opType }) => opType === 'GroupQueryAttention'),
  );
}
