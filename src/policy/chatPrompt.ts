/** A question with its picture as a chat model of transformers.js takes it, by the model's own chat template. */
import {
  Lfm2VlProcessor,
  LlavaProcessor,
  PaliGemmaProcessor,
  RawImage,
  Tensor,
  type Processor,
} from '@huggingface/transformers';
import { splitAtImage } from '../questions/prompt.ts';
import { decodePicture } from './imageProcessor.ts';
import type { ModelInput, PromptImage } from './policy.ts';

/** Their processors take the picture first. */
const PICTURE_FIRST = [LlavaProcessor, Lfm2VlProcessor, PaliGemmaProcessor];

/** The chat template has written them. */
const OPTIONS = { add_special_tokens: false };

/** Of the blind control; the processor scales it as any other picture. */
const GREY = { side: 256, value: 127 };

export interface ChatInputs {
  ids: Int32Array;
  /** Tensors that the model takes beside the ids, with one picture. */
  inputs: Record<string, ModelInput>;
}

type Call = (...given: unknown[]) => Promise<Record<string, unknown>>;

export interface ChatOptions {
  template: string;
  /** Names of tensors that the model takes. */
  takes: readonly string[];
  /** Of the square that pictures are put on, so that nothing of them is cut off; null: the processor's own way. */
  squareColour: readonly number[] | null;
}

export class ChatPrompt {
  readonly #processor: Processor;
  readonly #options: ChatOptions;
  /** Whether its template knows pictures in a message, or text alone. */
  readonly #inParts: boolean;

  /** @throws Error when the template cannot be used. */
  constructor(processor: Processor, options: ChatOptions) {
    this.#processor = processor;
    this.#options = options;
    this.#inParts = this.#knowsParts();
  }

  /** @throws Error when there is not one "<image>" or the picture cannot be decoded. */
  async encode(prompt: string, image: PromptImage): Promise<ChatInputs> {
    const text = this.text(prompt);
    const { takes, squareColour } = this.#options;
    const whole = image === 'blank' ? grey() : await decodePicture(image);
    const picture = squareColour ? onSquare(whole, squareColour) : whole;
    const call = this.#processor as unknown as Call;
    const inputs = PICTURE_FIRST.some((first) => this.#processor instanceof first)
      ? await call(picture, text, { ...OPTIONS })
      : await call(text, [picture], { ...OPTIONS });
    const { input_ids, ...others } = inputs;
    return {
      ids: Int32Array.from((input_ids as Tensor).data as BigInt64Array, Number),
      inputs: Object.fromEntries(
        Object.entries(others)
          .filter(
            ([name, value]) => name !== 'attention_mask' && takes.includes(name) && value instanceof Tensor,
          )
          .map(([name, value]) => [name, modelInput(name, value as Tensor)]),
      ),
    };
  }

  /** After the chat template, the image's tokens not expanded yet. */
  text(prompt: string): string {
    const [before, after] = splitAtImage(prompt);
    if (!this.#inParts) return this.#render(`${before}${this.#imageToken()}${after}`);
    return this.#render([{ type: 'text', text: before }, { type: 'image' }, { type: 'text', text: after }]);
  }

  #render(content: unknown): string {
    return this.#processor.apply_chat_template([{ role: 'user', content }] as never, {
      add_generation_prompt: true,
      tokenize: false,
      chat_template: this.#options.template,
    }) as unknown as string;
  }

  /** A template for text alone fails on a list, or writes it out as data. */
  #knowsParts(): boolean {
    try {
      const text = this.#render([{ type: 'text', text: 'Where?' }, { type: 'image' }]);
      return text.includes('Where?') && !/"type"|\[object|\btype['"]?:/.test(text);
    } catch {
      return false;
    }
  }

  #imageToken(): string {
    return (this.#processor.config as { image_token?: string }).image_token ?? '<image>';
  }
}

function modelInput(name: string, { type, data, dims }: Tensor): ModelInput {
  if (type !== 'float32' && type !== 'int64' && type !== 'bool')
    throw new Error(`the processor gives ${name} as ${type}, which is not known here`);
  return { type, data: data as ModelInput['data'], dims };
}

export function modelTensor({ type, data, dims }: ModelInput): Tensor {
  return new Tensor(type, data, dims);
}

function grey(): RawImage {
  const { side, value } = GREY;
  return new RawImage(new Uint8ClampedArray(3 * side * side).fill(value), side, side, 3);
}

/** In its middle. */
function onSquare({ data, width, height }: RawImage, colour: readonly number[]): RawImage {
  const side = Math.max(width, height);
  const [left, top] = [(side - width) >> 1, (side - height) >> 1];
  const square = Uint8ClampedArray.from({ length: 3 * side * side }, (_, i) => colour[i % 3]);
  for (let y = 0; y < height; y++)
    square.set(data.subarray(3 * y * width, 3 * (y + 1) * width), 3 * ((top + y) * side + left));
  return new RawImage(square, side, side, 3);
}
