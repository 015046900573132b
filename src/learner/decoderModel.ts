/** A decoder with its vocabulary on the device: scores the tokens of a group, and the gradient of those scores. */
import * as tf from '@tensorflow/tfjs-core';
import { attentionBlocks } from './attention.ts';
import type { AdapterGradients, AdapterTensors, Decoder, DecoderTrace, Keep, Pause } from './decoder.ts';
import {
  type DecoderConfig,
  type DecoderParameters,
  uploadDecoder,
  uploadVocabulary,
} from './decoderParameters.ts';
import type { FrozenWeight } from './linear.ts';
import type { PackedPositions } from './layer.ts';
import type { LearnerGroup } from './learner.ts';
import { checkGroup, packEmbeddings, packGroup, type Packing } from './packing.ts';
import { ropeTable } from './rope.ts';
import { scoreBackward, scoreTokens, type Vocabulary } from './vocabulary.ts';

/** A group's scores, a value a token; the tensors behind them stay on the device until `dispose`. */
export interface GroupScores {
  logprobs: Float32Array[];
  entropies: Float32Array[];
  packing: Packing;
  positions: PackedPositions;
  trace: DecoderTrace;
  slopes: tf.Tensor2D;
  dispose(): void;
}

export class DecoderModel {
  readonly #config: DecoderConfig;
  readonly #embeddings: Float32Array;
  readonly #decoder: Decoder;
  readonly #vocabulary: Vocabulary;
  readonly #activationBytes: number;

  /**
   * On the backend that tfjs is set to.
   * @param activationBytes a group's activations are kept for the backward pass up to this size, else recomputed.
   */
  constructor(parameters: DecoderParameters, activationBytes: number) {
    this.#activationBytes = activationBytes;
    this.#config = parameters.config;
    this.#embeddings = parameters.embeddings;
    this.#decoder = uploadDecoder(parameters);
    this.#vocabulary = uploadVocabulary(parameters);
  }

  weight(module: string): FrozenWeight | undefined {
    return this.#decoder.weight(module);
  }

  /** @throws Error on a group that does not fit the model. */
  check(group: LearnerGroup): void {
    checkGroup(group, this.#config.hidden_size, this.#config.vocab_size);
  }

  /** @param adapter null: the base model. @param forBackward keep what `backward` needs. */
  async score(
    group: LearnerGroup,
    temperature: number,
    adapter: AdapterTensors | null,
    forBackward: boolean,
    pause: Pause,
  ): Promise<GroupScores> {
    const packing = packGroup(
      group.promptEmbeds.length / this.#config.hidden_size,
      group.responses.map(({ ids }) => ids.length),
    );
    const positions = this.#positions(packing);
    const embeds = tf.tensor2d(packEmbeddings(group, packing, this.#embeddings, this.#config.hidden_size), [
      packing.rows,
      this.#config.hidden_size,
    ]);
    const releasePositions = () =>
      tf.dispose([embeds, positions.rope, positions.blocks.map(({ mask }) => mask)]);
    try {
      const keep = forBackward ? this.#keep(packing) : 'nothing';
      const trace = await this.#decoder.forward(embeds, positions, adapter, keep, pause);
      const scores = tf.tidy(() =>
        scoreTokens(this.#vocabulary, responseRows(trace.output, packing), tokenIds(group), temperature),
      );
      const [logprobs, entropies] = await Promise.all([
        scores.logprobs.data<'float32'>(),
        scores.entropies.data<'float32'>(),
      ]);
      return {
        logprobs: byResponse(logprobs, packing),
        entropies: byResponse(entropies, packing),
        packing,
        positions,
        trace,
        slopes: scores.slopes,
        dispose: () => {
          releasePositions();
          trace.dispose();
          tf.dispose(scores);
        },
      };
    } catch (error) {
      releasePositions();
      throw error;
    }
  }

  /** Gradients of the adapter for a loss whose gradient in each log-probability is `weights`. */
  async backward(
    { packing, positions, trace, slopes }: GroupScores,
    weights: Float32Array[],
    adapter: AdapterTensors,
    pause: Pause,
  ): Promise<AdapterGradients> {
    const dOutput = tf.tidy(() => {
      const dResponses = scoreBackward(
        this.#vocabulary,
        responseRows(trace.output, packing),
        slopes,
        Float32Array.from(weights.flatMap((values) => [...values])),
      );
      return tf.pad(dResponses, [
        [packing.prefix.length, 0],
        [0, 0],
      ]);
    });
    try {
      return await this.#decoder.backward(trace, dOutput, positions, adapter, pause);
    } finally {
      dOutput.dispose();
    }
  }

  dispose(): void {
    this.#decoder.dispose();
    this.#vocabulary.norm.dispose();
    this.#vocabulary.head.dispose();
  }

  #positions(packing: Packing): PackedPositions {
    const { num_attention_heads, num_key_value_heads, head_dim, rope_theta } = this.#config;
    return {
      blocks: attentionBlocks(packing, num_attention_heads / num_key_value_heads),
      rope: ropeTable(packing.positions, head_dim, rope_theta),
    };
  }

  #keep(packing: Packing): Keep {
    const { hidden_size, num_hidden_layers, num_attention_heads, intermediate_size, head_dim } = this.#config;
    const { prefix, responses, rows } = packing;
    const scores = responses.reduce(
      (sum, { length }) => sum + length * (prefix.length + length),
      prefix.length * prefix.length,
    );
    const perRow = 6 * hidden_size + 6 * num_attention_heads * head_dim + 4 * intermediate_size;
    const floats = num_hidden_layers * (rows * perRow + scores * num_attention_heads);
    return 4 * floats <= this.#activationBytes ? 'activations' : 'inputs';
  }
}

function responseRows(x: tf.Tensor2D, { prefix }: Packing): tf.Tensor2D {
  return tf.slice(x, [prefix.length, 0], [-1, -1]);
}

function tokenIds({ responses }: LearnerGroup): Int32Array {
  return Int32Array.from(responses.flatMap(({ ids }) => [...ids]));
}

function byResponse(values: Float32Array, { prefix, responses }: Packing): Float32Array[] {
  return responses.map(({ start, length }) =>
    values.slice(start - prefix.length, start - prefix.length + length),
  );
}
