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
import { keepsActivations } from './memory.ts';
import { checkGroup, packEmbeddings, packGroup, type Packing } from './packing.ts';
import type { Slopes } from './objective.ts';
import { ropeTable } from './rope.ts';
import { scoreBackward, scoreTokens, type TokenScores, type Vocabulary } from './vocabulary.ts';

/** A group's scores, a value a token; the tensors behind them stay on the device until `dispose`. */
export interface GroupScores {
  logprobs: Float32Array[];
  entropies: Float32Array[];
  packing: Packing;
  positions: PackedPositions;
  trace: DecoderTrace;
  tokens: TokenScores;
  dispose(): void;
}

/** Of what a gradient will be asked; null: none. */
export type Differentiable = 'logprobs' | 'logprobs and entropies' | null;

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

  /** @param adapter null: the base model. @param differentiable keep what `backward` needs. */
  async score(
    group: LearnerGroup,
    temperature: number,
    adapter: AdapterTensors | null,
    differentiable: Differentiable,
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
    const held = [() => tf.dispose([embeds, positions.rope, positions.blocks.map(({ mask }) => mask)])];
    const dispose = () => held.splice(0).forEach((release) => release());
    try {
      const keep = this.#keep(packing, differentiable);
      const trace = await this.#decoder.forward(embeds, positions, adapter, keep, pause);
      held.push(() => trace.dispose());
      const scores = tf.tidy(() =>
        scoreTokens(
          this.#vocabulary,
          responseRows(trace.output, packing),
          tokenIds(group),
          temperature,
          differentiable === 'logprobs and entropies',
        ),
      );
      held.push(() => tf.dispose(scores));
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
        tokens: scores,
        dispose,
      };
    } catch (error) {
      dispose();
      throw error;
    }
  }

  /** Gradients of the adapter for a loss with these slopes. */
  async backward(
    { packing, positions, trace, tokens }: GroupScores,
    { weights, entropyWeights }: Slopes,
    adapter: AdapterTensors,
    pause: Pause,
  ): Promise<AdapterGradients> {
    const dOutput = tf.tidy(() => {
      const dResponses = scoreBackward(this.#vocabulary, responseRows(trace.output, packing), tokens, {
        logprobs: Float32Array.from(weights.flatMap((values) => [...values])),
        entropies: Float32Array.from(
          weights.flatMap(({ length }, i) => new Array<number>(length).fill(entropyWeights[i])),
        ),
      });
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

  #keep(packing: Packing, differentiable: Differentiable): Keep {
    if (!differentiable) return 'nothing';
    return keepsActivations(this.#config, packing, this.#activationBytes) ? 'activations' : 'inputs';
  }

  #positions(packing: Packing): PackedPositions {
    const { num_attention_heads, num_key_value_heads, head_dim, rope_theta } = this.#config;
    return {
      blocks: attentionBlocks(packing, num_attention_heads / num_key_value_heads),
      rope: ropeTable(packing.positions, head_dim, rope_theta),
    };
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
