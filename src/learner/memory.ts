/**
 * What an update holds at its fullest, counted tensor by tensor from the forward and backward pass of layer.ts,
 * attention.ts and vocabulary.ts: the numbers are the tensors alive at once.
 */
import type { LoraConfig } from '../checkpoint/adapter.ts';
import { linearModules, type CheckpointConfig } from '../checkpoint/config.ts';
import type { Device } from './backend.ts';
import { packGroup, responseBlocks, type Packing } from './packing.ts';

/** Logits held at a time; more rows are done in turn. */
const LOGITS_AT_ONCE = 2 ** 23;

/** A group's activations are kept for the backward pass up to this size, else recomputed. */
export const ACTIVATION_BYTES = 2 ** 28;

/** On wasm, weights that would take more than this in float32, four times over, stay on the host. */
export const WASM_WEIGHT_BYTES = 2 ** 30;

export interface UpdateShape {
  device: Device;
  /** Of the file: on webgpu, weights of 4 bits stay in their blocks. */
  weightBits: 4 | 32;
  promptLength: number;
  /** Tokens of each response of a group. */
  responseLengths: number[];
  /** Groups in the update: gradients of two are held at a time. */
  groups: number;
  /** As TfjsLearner's. */
  activationBytes: number;
  /** The loss rewards entropy (entropy_coef), whose gradient is taken beside the log-probabilities'. */
  entropies?: boolean;
}

/** Bytes. */
export interface MemoryEstimate {
  /** Frozen, on the device. */
  weights: number;
  /** Whether the layers' weights lie elsewhere and pass through the device one product at a time. */
  onHost: boolean;
  /** The adapter on the device, with the gradients of a group and of those before. */
  adapter: number;
  /** What the forward pass keeps for the backward pass. */
  activations: number;
  /** What one layer's gradient, or the vocabulary, takes for itself. */
  working: number;
  /** All on the device at the fullest moment. */
  peak: number;
  /** Adapter, its moments and gradients on the host. */
  optimizer: number;
}

const FLOAT = 4;

export function estimateMemory(
  config: CheckpointConfig,
  lora: Pick<LoraConfig, 'r' | 'target_modules'>,
  update: UpdateShape,
): MemoryEstimate {
  const packing = packGroup(update.promptLength, update.responseLengths);
  const sizes = sizesOf(config, packing, lora, update);
  const parameters = linearModules(config, lora.target_modules).reduce(
    (sum, module) => sum + lora.r * (module.in + module.out),
    0,
  );
  const keepsAll = keepsActivations(config, packing, update.activationBytes);
  const layers = config.num_hidden_layers;
  const weights = FLOAT * frozen(config, update);
  const onHost = update.device === 'wasm' && staysOnHost(config);
  const passing = onHost ? largestWeights(config) : NONE_PASSING;
  const adapter = FLOAT * parameters * (2 + Math.min(2, update.groups));
  const activations =
    FLOAT *
    (sizes.positions + layers * sizes.input + (keepsAll ? layers * sizes.saved : 0) + sizes.responses);
  const working =
    FLOAT *
    Math.max(
      2 * sizes.input + sizes.backward + (keepsAll ? 0 : sizes.saved + sizes.forward) + passing.layer,
      sizes.vocabulary + passing.head,
    );
  return {
    weights,
    onHost,
    adapter,
    activations,
    working,
    peak: weights + adapter + activations + working,
    optimizer: FLOAT * 4 * parameters,
  };
}

/** Whether a group's activations are kept up to `activationBytes`, else recomputed in the backward pass. */
export function keepsActivations(
  { hidden_size, num_hidden_layers, num_attention_heads, intermediate_size, head_dim }: LayerSizes,
  { prefix, responses, rows }: Packing,
  activationBytes: number,
): boolean {
  const scores = responses.reduce(
    (sum, { length }) => sum + length * (prefix.length + length),
    prefix.length * prefix.length,
  );
  const perRow = 6 * hidden_size + 6 * num_attention_heads * head_dim + 4 * intermediate_size;
  const floats = num_hidden_layers * (rows * perRow + scores * num_attention_heads);
  return FLOAT * floats <= activationBytes;
}

/** Rows of logits held at a time: parts of one size where they can be, which leave buffers for each other. */
export function logitRows(answered: number, vocabulary: number): number {
  const most = Math.max(1, Math.floor(LOGITS_AT_ONCE / vocabulary));
  return Math.ceil(answered / Math.ceil(answered / most));
}

type LayerSizes = Pick<
  CheckpointConfig,
  'hidden_size' | 'num_hidden_layers' | 'num_attention_heads' | 'intermediate_size' | 'head_dim'
>;

/** Whether wasm takes the weights from the host for each product (HostWeight), to save memory. */
export function staysOnHost(
  config: LayerSizes & Pick<CheckpointConfig, 'vocab_size' | 'num_key_value_heads'>,
) {
  return 4 * FLOAT * linearWeights(config) > WASM_WEIGHT_BYTES;
}

function layerWeights({
  hidden_size: h,
  intermediate_size,
  num_hidden_layers,
  num_attention_heads,
  num_key_value_heads,
  head_dim,
}: LayerSizes & Pick<CheckpointConfig, 'num_key_value_heads'>): number {
  const attention = 2 * h * head_dim * (num_attention_heads + num_key_value_heads);
  return num_hidden_layers * (attention + 3 * h * intermediate_size);
}

function linearWeights(
  config: LayerSizes & Pick<CheckpointConfig, 'vocab_size' | 'num_key_value_heads'>,
): number {
  return layerWeights(config) + config.vocab_size * config.hidden_size;
}

const NONE_PASSING = { layer: 0, head: 0 };

/** Floats of the largest weight that comes from the host, in two orders while it is turned. */
function largestWeights({
  hidden_size,
  intermediate_size,
  num_attention_heads,
  head_dim,
  vocab_size,
}: LayerSizes & Pick<CheckpointConfig, 'vocab_size'>): typeof NONE_PASSING {
  return {
    layer: 2 * hidden_size * Math.max(intermediate_size, num_attention_heads * head_dim),
    head: 2 * hidden_size * vocab_size,
  };
}

/**
 * Every linear layer lies twice on wasm, see FloatWeight; 4-bit blocks of 32 have a scale in float32 each. A head that is
 * tied to the embeddings is a table of floats in 4-bit files too.
 */
function frozen(config: CheckpointConfig, { device, weightBits }: UpdateShape): number {
  const linear = linearWeights(config);
  const norms = (2 * config.num_hidden_layers + 1) * config.hidden_size;
  if (device === 'wasm') return (staysOnHost(config) ? 0 : 2 * linear) + norms;
  if (device !== 'webgpu' || weightBits === 32) return linear + norms;
  const inFloats = config.tie_word_embeddings ? config.vocab_size * config.hidden_size : 0;
  return (5 / 32) * (linear - inFloats) + inFloats + norms;
}

/**
 * Floats by what they are for; of one layer where a layer has them. On WebGPU what softmax is done with waits for the
 * next submission of commands, so that two more tensors of logits are held than on wasm. There the gradient of the
 * entropies holds two more, while on WebGPU it only fills what waits.
 */
function sizesOf(
  config: CheckpointConfig,
  packing: Packing,
  { r, target_modules }: Pick<LoraConfig, 'r' | 'target_modules'>,
  { device, entropies = false }: Pick<UpdateShape, 'device' | 'entropies'>,
) {
  const { rows: n, prefix, responses } = packing;
  const {
    hidden_size: h,
    intermediate_size: mlp,
    head_dim,
    num_attention_heads,
    num_key_value_heads,
  } = config;
  const [q, kv] = [num_attention_heads * head_dim, num_key_value_heads * head_dim];
  const wasm = device === 'wasm' ? 1 : 0;
  const logitTensors = device === 'webgpu' || entropies ? 5 : 3;
  const slopes = entropies ? 2 : 1;
  const inside = linearModules(config, 'all').filter(({ path }) => path.startsWith('layers.0.'));
  const adapted = linearModules(config, target_modules).filter(({ path }) => path.startsWith('layers.0.'));
  const total = (modules: { in: number; out: number }[], key: 'in' | 'out') =>
    modules.reduce((sum, module) => sum + module[key], 0);

  const later = responseBlocks(responses).map((block) => block.reduce((sum, { length }) => sum + length, 0));
  const laterKeys = later.reduce((sum, length) => sum + prefix.length + length, 0);
  const keys = prefix.length + laterKeys;
  const pairs = later.reduce((sum, length) => sum + length * (prefix.length + length), prefix.length ** 2);
  const scores = num_attention_heads * pairs;

  const saved = n * (3 * h + 2 + 2 * q + 4 * mlp) + n * r * adapted.length + 2 * kv * keys + scores;
  const forward =
    n * (4 * h + 4) + // two norms
    n * (total(inside, 'out') + 2 * total(adapted, 'out') - mlp) +
    n * (5 * q + 4 * kv) + // rotation and scale
    (1 + wasm) * n * (q + 2 * kv) + // heads first
    2 * kv * laterKeys +
    wasm * kv * keys +
    2 * scores +
    n * (3 * q + 2 * h);
  const backward =
    n * (total(inside, 'in') + 2 * total(adapted, 'in') + r * adapted.length) +
    wasm * n * (total(adapted, 'in') + total(adapted, 'out')) +
    n * (6 * mlp + h) +
    n * (12 * h + 6) + // two norms and the sums around them
    n * (5 + wasm) * q +
    (4 + 2 * wasm) * scores +
    (2 + wasm) * kv * keys +
    2 * kv * (laterKeys + prefix.length) +
    n * 6 * kv + // concatenations and rows first
    n * (5 * q + 4 * kv) + // rotation and scale
    2 * n * h;
  const answered = n - prefix.length;
  const logits = logitRows(answered, config.vocab_size);
  return {
    positions: (num_attention_heads / num_key_value_heads) * pairs + n * (2 * head_dim + h) + head_dim ** 2,
    input: n * h,
    saved,
    forward,
    backward,
    responses: answered * (slopes * h + 2),
    vocabulary: answered * (3 + 2 * slopes) * h + logits * (logitTensors * config.vocab_size + 7 * h),
  };
}
