/** Of all the files of a repository, those that one precision needs. */
import { MODEL_PARTS, onnxPath, SUFFIXES, type PartDtypes } from '../checkpoint/parts.ts';
import { offeredPrecisions, partDtypes, PRECISIONS, type Precision } from './precision.ts';

export const REQUIRED = [
  'config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'preprocessor_config.json',
];
const OPTIONAL = [
  'generation_config.json',
  'processor_config.json',
  'chat_template.jinja',
  'chat_template.json',
];

/** Names to ask for where a hub does not list its files. */
export const CANDIDATES = [
  ...REQUIRED,
  ...OPTIONAL,
  ...MODEL_PARTS.flatMap((part) => {
    const files = Object.values(SUFFIXES).map((suffix) => `onnx/${part}${suffix}.onnx`);
    return files.flatMap((file) => [file, `${file}_data`]);
  }),
];

/** @throws Error naming what is missing, and the precisions that are there. */
export function neededFiles<File extends { path: string }>(
  files: readonly File[],
  precision: Precision,
  name: string,
): { files: File[]; dtypes: PartDtypes } {
  const paths = new Set(files.map(({ path }) => path));
  const missing = REQUIRED.find((path) => !paths.has(path));
  if (missing)
    throw new Error(`${name} has no ${missing}: it is no checkpoint in the layout of transformers.js`);
  const dtypes = partDtypes(paths, precision);
  if (!dtypes) throw new Error(`${name} has no ${precision} files: ${whatThereIs(paths)}`);
  const models = MODEL_PARTS.map((part) => onnxPath(part, dtypes[part]));
  const needed = files.filter(
    ({ path }) =>
      REQUIRED.includes(path) ||
      OPTIONAL.includes(path) ||
      models.some((model) => path === model || isDataOf(path, model)),
  );
  return { files: needed, dtypes };
}

/** Tensors outside of the ONNX file: "x.onnx_data", "x.onnx_data_1". */
export function isDataOf(path: string, model: string): boolean {
  return path.startsWith(`${model}_data`) && /^(_\d+)?$/.test(path.slice(model.length + '_data'.length));
}

function whatThereIs(paths: ReadonlySet<string>): string {
  const offered = offeredPrecisions(paths);
  if (offered.length > 0) return `choose ${offered.join(', ')}`;
  const parts = MODEL_PARTS.filter((part) => !PRECISIONS.some((p) => paths.has(onnxPath(part, p))));
  return parts.length > 0
    ? `it lacks onnx/${parts[0]}.onnx in any precision; a PyTorch-only repository needs an ONNX export first`
    : 'its parts are in precisions that do not go together';
}
