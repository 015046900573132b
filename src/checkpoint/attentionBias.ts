/** A decoder in whose attention each position of a run looks at positions of its own choice. */
import { FLOAT, FLOAT16, graphInput, INT64, intAttribute, type OnnxModel } from './onnxFile.ts';

const ATTENTION_BIAS = 'attention_bias';

/** As a bias it leaves a position no part in 16 or in 32 bits. */
export const MASKED = -30_000;

const POSITION_IDS = 'position_ids';
/** Its place among the inputs of GroupQueryAttention; the bias is the next. */
const POSITION_IDS_PLACE = 9;

/**
 * Adds an input "attention_bias" [1, 1, added, total] to the scores of every layer, in the type of keys and values. In
 * place. Nodes that rotate queries and keys themselves take position_ids too: they would count positions up otherwise.
 * @returns whether it could; a graph is left as it was where attention is no GroupQueryAttention (of ONNX Runtime's
 * contrib operators), has such inputs already or looks through a window.
 */
export function addAttentionBias({ graph }: OnnxModel): boolean {
  const attention = graph.node.filter(({ opType }) => opType === 'GroupQueryAttention');
  const keys = graph.input.filter(({ name }) => /^past_key_values\.\d+\.key$/.test(name));
  if (attention.length === 0 || attention.length !== keys.length) return false;
  const takes = attention.every(
    (node) =>
      !node.input.slice(POSITION_IDS_PLACE).some(Boolean) && intAttribute(node, 'local_window_size', -1) < 0,
  );
  if (!takes) return false;
  const halves = keys[0].type?.tensorType?.elemType === FLOAT16;
  graph.input.push(graphInput(ATTENTION_BIAS, [1, 1, 'added', 'total'], halves ? FLOAT16 : FLOAT));
  for (const node of attention) {
    const rotates = intAttribute(node, 'do_rotary', 0) === 1;
    if (rotates && !graph.input.some(({ name }) => name === POSITION_IDS))
      graph.input.push(graphInput(POSITION_IDS, ['batch_size', 'added'], INT64));
    while (node.input.length < POSITION_IDS_PLACE) node.input.push('');
    node.input.length = POSITION_IDS_PLACE;
    node.input.push(rotates ? POSITION_IDS : '', ATTENTION_BIAS);
  }
  return true;
}
