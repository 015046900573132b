/** From a prompt and a picture to the decoder's input: chat template, tokens, embeddings, image features. */
import {
  Idefics3Processor,
  type PreTrainedTokenizer,
  type Tensor as HubTensor,
} from '@huggingface/transformers';
import type { InferenceSession } from 'onnxruntime-common';
import { splitAtImage } from '../questions/prompt.ts';
import { floatData, floatTensor } from './halfFloats.ts';
import { pixelValues, type ImageSettings } from './imageProcessor.ts';
import type { CheckpointFiles } from './checkpointFiles.ts';
import type { Runtime } from './onnxRuntime.ts';
import type { EncodedPrompt, PromptImage } from './policy.ts';

/** Features of so many pictures are kept: the kinds of question share a frame. */
const KEPT_PICTURES = 64;

/** Embeddings of so many tokens are kept, and those of one prompt more: prompts of a run share their words. */
const KEPT_TOKENS = 4096;

export class PromptEncoder {
  private readonly runtime: Runtime;
  private readonly processor: Idefics3Processor;
  private readonly imageSettings: ImageSettings;
  private readonly imageTokenId: number;
  private readonly hidden: number;
  private readonly embedTokens: InferenceSession;
  private readonly visionEncoder: InferenceSession;
  private readonly embeddings = new Map<number, Float32Array>();
  private readonly features = new Map<string, Float32Array>();

  constructor(
    runtime: Runtime,
    tokenizer: PreTrainedTokenizer,
    { config, processorConfig, chatTemplate, imageSettings }: CheckpointFiles,
    embedTokens: InferenceSession,
    visionEncoder: InferenceSession,
  ) {
    this.runtime = runtime;
    // transformers.js expands the image's tokens; pictures are resampled by us (resample.ts says why).
    const components = { tokenizer, image_processor: () => ({ rows: [[0]], cols: [[0]] }) };
    this.processor = new Idefics3Processor(processorConfig, components, chatTemplate);
    this.imageSettings = imageSettings;
    this.imageTokenId = config.image_token_id;
    this.hidden = config.hidden_size;
    this.embedTokens = embedTokens;
    this.visionEncoder = visionEncoder;
  }

  async encode(prompt: string, image: PromptImage): Promise<EncodedPrompt> {
    const ids = await this.tokenize(prompt);
    const [embeds, features] = [await this.embed([...ids]), await this.imageFeatures(image)];
    const { hidden, imageTokenId } = this;
    const places = [...ids.keys()].filter((i) => ids[i] === imageTokenId);
    if (places.length * hidden !== features.length) {
      const given = features.length / hidden;
      throw new Error(
        `the vision encoder gave ${given} image tokens, the prompt has ${places.length}: check image_seq_len`,
      );
    }
    places.forEach((at, i) => embeds.set(features.subarray(i * hidden, (i + 1) * hidden), at * hidden));
    return { ids, embeds, hidden };
  }

  /** Input embeddings [ids, hidden]. Tokens that are kept are not looked up in the session again. */
  async embed(ids: number[]): Promise<Float32Array> {
    const { runtime, embedTokens, hidden } = this;
    if (this.embeddings.size > KEPT_TOKENS) this.embeddings.clear();
    const unknown = [...new Set(ids)].filter((id) => !this.embeddings.has(id));
    if (unknown.length) {
      const input = new runtime.Tensor('int64', BigInt64Array.from(unknown.map(BigInt)), [1, unknown.length]);
      const table = floats(await embedTokens.run({ input_ids: input }), embedTokens);
      unknown.forEach((id, i) => this.embeddings.set(id, table.slice(i * hidden, (i + 1) * hidden)));
    }
    const out = new Float32Array(ids.length * hidden);
    ids.forEach((id, i) => out.set(this.embeddings.get(id)!, i * hidden));
    return out;
  }

  /** Ids with the image's tokens expanded. */
  async tokenize(prompt: string): Promise<Int32Array> {
    const [before, after] = splitAtImage(prompt);
    const content = [{ type: 'text', text: before }, { type: 'image' }, { type: 'text', text: after }];
    const text = this.processor.apply_chat_template([{ role: 'user', content }], {
      add_generation_prompt: true,
      tokenize: false,
    }) as unknown as string;
    const inputs = (await this.processor([text], [null])) as { input_ids: HubTensor };
    return Int32Array.from(inputs.input_ids.data as BigInt64Array, Number);
  }

  async release(): Promise<void> {
    await this.embedTokens.release();
    await this.visionEncoder.release();
  }

  /** Row-major [image tokens, hidden]. */
  private async imageFeatures(image: PromptImage): Promise<Float32Array> {
    const key = image === 'blank' ? image : fingerprint(image.bytes);
    const features = this.features.get(key) ?? (await this.see(image));
    this.features.delete(key);
    this.features.set(key, features);
    if (this.features.size > KEPT_PICTURES) this.features.delete(this.features.keys().next().value!);
    return features;
  }

  private async see(image: PromptImage): Promise<Float32Array> {
    const { runtime, visionEncoder, imageSettings } = this;
    const { values, side } = await pixelValues(image, imageSettings);
    const inputs = {
      pixel_values: floatTensor(runtime, visionEncoder, 'pixel_values', values, [1, 1, 3, side, side]),
      pixel_attention_mask: new runtime.Tensor('bool', new Uint8Array(side * side).fill(1), [
        1,
        1,
        side,
        side,
      ]),
    };
    const used = Object.entries(inputs).filter(([name]) => visionEncoder.inputNames.includes(name));
    return floats(await visionEncoder.run(Object.fromEntries(used)), visionEncoder);
  }
}

function floats(outputs: InferenceSession.ReturnType, session: InferenceSession): Float32Array {
  return floatData(outputs[session.outputNames[0]]);
}

/** Two 32-bit hashes and the length: enough to tell pictures of one run apart. */
function fingerprint(bytes: Uint8Array): string {
  let [a, b] = [0x811c9dc5, 0x9e3779b9];
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ byte, 0x85ebca6b) ^ (b >>> 13);
  }
  return `${bytes.length}/${a}/${b}`;
}
