/** Checkpoints worth trying, with figures that have a source. Exact bytes are read from the hub before a download. */
import { readConfig, type CheckpointConfig } from '../checkpoint/config.ts';
import type { Precision } from './precision.ts';

/** Where a figure comes from. */
export type Source =
  /** Counted from the shapes that config.json gives. */
  | 'computed'
  /** Read on the repository's page on the hub. */
  | 'hub'
  /** Told by others, not checked: exact bytes are shown before the download. */
  | 'reported'
  /** Of the model's name. */
  | 'name';

export interface CatalogueEntry {
  id: string;
  /** A sentence. */
  about: string;
  parameters: { count: number; source: Source };
  licence: string;
  /** Megabytes (10^6 bytes) of all files that a precision needs. */
  download: Partial<Record<Precision, { megabytes: number; source: Source }>>;
  /** Where no size is known: what is known instead, in words. */
  downloadUnknown: string | null;
  /** Gigabytes to ask by, of what is not counted from shapes; null: not known. */
  memory: { gigabytes: number; source: Source } | null;
  /** Null: it can only be asked. */
  decoder: CheckpointConfig | null;
  /** Shapes of the vision tower; null where they are not needed. */
  vision: { hidden: number; layers: number; heads: number; patches: number } | null;
  needs: string;
}

const VISION = { hidden: 768, layers: 12, heads: 12, patches: 1024 };

function smolVlm(
  id: string,
  about: string,
  parameters: number,
  text: { hidden: number; inner: number; layers: number; heads: number; kv: number },
  download: CatalogueEntry['download'],
): CatalogueEntry {
  return {
    id,
    about,
    parameters: { count: parameters, source: 'computed' },
    licence: 'Apache-2.0',
    download,
    downloadUnknown: null,
    memory: null,
    decoder: readConfig({
      model_type: 'smolvlm',
      image_token_id: 49190,
      tie_word_embeddings: false,
      text_config: {
        hidden_size: text.hidden,
        intermediate_size: text.inner,
        num_hidden_layers: text.layers,
        num_attention_heads: text.heads,
        num_key_value_heads: text.kv,
        head_dim: 64,
        rms_norm_eps: 1e-5,
        rope_theta: 100000,
        vocab_size: 49280,
        max_position_embeddings: 8192,
      },
    }),
    vision: VISION,
    needs: 'WebGPU, or WebAssembly and patience',
  };
}

const SMALL = { hidden: 576, inner: 1536, layers: 30, heads: 9, kv: 3 };
const LARGE = { hidden: 960, inner: 2560, layers: 32, heads: 15, kv: 5 };

/**
 * Decoder, vision tower and embeddings as the hub's page lists them. Of q4 the page's list lacks the vision tower, 63.9 and 66.9 MB
 * in an export of the same shapes (tools/checkpoint/scale.py).
 */
const SMALL_DOWNLOAD: CatalogueEntry['download'] = {
  q4f16: { megabytes: 189, source: 'hub' },
  q4: { megabytes: 208, source: 'computed' },
  fp16: { megabytes: 515, source: 'hub' },
  q8: { megabytes: 261, source: 'hub' },
  fp32: { megabytes: 1029, source: 'hub' },
};
/** What no page lists is counted from the parameters: four, two and about one byte each. */
const LARGE_DOWNLOAD: CatalogueEntry['download'] = {
  q4f16: { megabytes: 358, source: 'reported' },
  q4: { megabytes: 391, source: 'computed' },
  fp16: { megabytes: 1015, source: 'computed' },
  q8: { megabytes: 511, source: 'computed' },
  fp32: { megabytes: 2030, source: 'computed' },
};

export const CATALOGUE: readonly CatalogueEntry[] = [
  smolVlm(
    'HuggingFaceTB/SmolVLM-256M-Instruct',
    'The smallest that chats. The first to try.',
    256_484_928,
    SMALL,
    SMALL_DOWNLOAD,
  ),
  smolVlm(
    'HuggingFaceTB/SmolVLM-500M-Instruct',
    'The same vision tower before a larger decoder.',
    507_482_304,
    LARGE,
    LARGE_DOWNLOAD,
  ),
  smolVlm(
    'HuggingFaceTB/SmolVLM2-256M-Video-Instruct',
    'The second version, trained on video too; here it sees one frame.',
    256_484_928,
    SMALL,
    SMALL_DOWNLOAD,
  ),
  smolVlm(
    'HuggingFaceTB/SmolVLM2-500M-Video-Instruct',
    'The second version of 500M; here it sees one frame.',
    507_482_304,
    LARGE,
    LARGE_DOWNLOAD,
  ),
  askOnly(
    'onnx-community/Qwen3.5-0.8B-ONNX',
    'A small Qwen that sees.',
    0.8e9,
    'Apache-2.0',
    { q4: { megabytes: 1000, source: 'reported' } },
    'WebGPU',
    { gigabytes: 2, source: 'reported' },
  ),
  askOnly(
    'onnx-community/Qwen3-VL-2B-Instruct-ONNX',
    'Strong at space and position for its size; the export leaves DeepStack out, so it sees details less well here.',
    2e9,
    'Apache-2.0 (the original; the export names none)',
    { q4: { megabytes: 1535, source: 'reported' } },
    'WebGPU',
    { gigabytes: 4, source: 'reported' },
  ),
  askOnly(
    'onnx-community/Qwen2.5-VL-3B-Instruct-ONNX',
    'The small sibling of the model that the paper trains.',
    3e9,
    'Qwen Research (not for commercial use)',
    { q4f16: { megabytes: 2550, source: 'reported' } },
    'WebGPU with shader-f16',
    { gigabytes: 6, source: 'reported' },
  ),
  askOnly(
    'onnx-community/LFM2-VL-450M-ONNX',
    'Liquid’s hybrid of convolution and attention.',
    0.45e9,
    'LFM Open License v1.0',
    { fp16: { megabytes: 1050, source: 'reported' }, fp32: { megabytes: 2100, source: 'reported' } },
    'WebGPU; not in 8 bits (model card of LFM2.5)',
    null,
  ),
  askOnly(
    'onnx-community/FastVLM-0.5B-ONNX',
    'Apple’s fast vision tower before Qwen2-0.5B.',
    0.5e9,
    'apple-amlr (research only)',
    {},
    'WebGPU',
    null,
    'the hub lists a decoder of 317 MB in q4 and embeddings of 272 MB in fp16, and no size of the vision tower',
  ),
];

function askOnly(
  id: string,
  about: string,
  parameters: number,
  licence: string,
  download: CatalogueEntry['download'],
  needs: string,
  memory: CatalogueEntry['memory'],
  downloadUnknown: string | null = null,
): CatalogueEntry {
  return {
    id,
    about,
    parameters: { count: parameters, source: 'name' },
    licence,
    download,
    downloadUnknown,
    memory,
    decoder: null,
    vision: null,
    needs,
  };
}
