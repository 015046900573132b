/** meta/info.json of a LeRobot dataset, of version 2.1 or 3.0. */
import * as v from 'valibot';
import { BundleError } from './bundleError.ts';
import { issueText } from './schemaIssue.ts';
import { labelsByName, NUMBERED, type StateFeature } from './stateMapping.ts';

const FeatureSchema = v.object({
  dtype: v.string(),
  shape: v.array(v.pipe(v.number(), v.integer(), v.minValue(0))),
  names: v.optional(v.unknown()),
  info: v.optional(v.unknown()),
});
const InfoSchema = v.object({
  codebase_version: v.string(),
  robot_type: v.optional(v.unknown()),
  total_episodes: v.optional(v.unknown()),
  total_frames: v.optional(v.unknown()),
  total_tasks: v.optional(v.unknown()),
  fps: v.pipe(v.number(), v.gtValue(0), v.finite()),
  chunks_size: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 1000),
  data_path: v.nullish(v.string()),
  video_path: v.nullish(v.string()),
  features: v.record(v.string(), FeatureSchema),
});

export type Feature = v.InferOutput<typeof FeatureSchema>;

/** Path templates as Python's str.format takes them. */
const TEMPLATES = {
  '2.1': {
    data_path: 'data/chunk-{episode_chunk:03d}/episode_{episode_index:06d}.parquet',
    video_path: 'videos/chunk-{episode_chunk:03d}/{video_key}/episode_{episode_index:06d}.mp4',
  },
  '3.0': {
    data_path: 'data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet',
    video_path: 'videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4',
  },
};

export interface Info extends v.InferOutput<typeof InfoSchema> {
  version: keyof typeof TEMPLATES;
  data_path: string;
  video_path: string;
}

/** @throws BundleError when it is no info.json, or of a version before 2.1 */
export function parseInfo(path: string, bytes: Uint8Array): Info {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new BundleError(path, 'is no JSON: zip the dataset anew');
  }
  const { success, output, issues } = v.safeParse(InfoSchema, json);
  if (!success) throw new BundleError(path, `does not describe a LeRobot dataset at ${issueText(issues[0])}`);
  const version = /^v?2\.1/.test(output.codebase_version) ? '2.1' : '3.0';
  if (version === '3.0' && !/^v?3\./.test(output.codebase_version))
    throw new BundleError(
      path,
      `is of version ${output.codebase_version}, not v2.1 or v3.0: convert it with LeRobot's own scripts`,
    );
  const { data_path, video_path } = TEMPLATES[version];
  return {
    ...output,
    version,
    data_path: output.data_path ?? data_path,
    video_path: output.video_path ?? video_path,
  };
}

/** A path template with its fields filled in, e.g. "{chunk_index:03d}". */
export function filled(template: string, fields: Record<string, string | number>): string {
  return template.replace(/\{(\w+)(?::0?(\d)d)?\}/g, (whole, field: string, width?: string) =>
    String(fields[field] ?? whole).padStart(Number(width ?? 0), '0'),
  );
}

/** Of the frame after, of what was done, or of where a camera was: nothing that was seen. */
const NOT_SEEN = /^next\.|^camera_extrinsics\.|(^|[._/])actions?($|[._/])/;
/** What LeRobot counts and judges by. */
const NO_STATE = /(^|[._])(reward|done|success|truncated|terminated|timestamp|index)$/;

/**
 * Every feature of pictures or video by the camera's name: what follows "images." in its key, or the key's last part;
 * the whole keys where two would be called alike.
 */
export function cameraFeatures(features: Info['features']): Map<string, string> {
  const keys = Object.keys(features).filter(
    (key) => ['image', 'video'].includes(features[key].dtype) && !NOT_SEEN.test(key),
  );
  const short = new Map(keys.map((key) => [key.replace(/^.*?\bimages\.(?=.)|^.*\.(?=[^.]+$)/, ''), key]));
  return short.size === keys.length ? short : new Map(keys.map((key) => [key, key]));
}

/** The vectors that may say what the state was: floats by any name, other numbers where they are observations. */
export function stateFeatures(features: Info['features']): StateFeature[] {
  return Object.entries(features)
    .filter(([name, feature]) => isVector(feature) && !NOT_SEEN.test(name) && !NO_STATE.test(name))
    .filter(([name, { dtype }]) => dtype.startsWith('float') || name.startsWith('observation.'))
    .map(([name, feature]) => ({ name, width: feature.shape[0], labels: labelsOf(name, feature) }));
}

function isVector({ dtype, shape }: Feature): boolean {
  return shape.length === 1 && /^(float|int|bool)/.test(dtype);
}

function labelsOf(feature: string, { names, shape }: Feature): string[] {
  const listed = names && typeof names === 'object' && !Array.isArray(names) ? ofObject(names) : names;
  const given = Array.isArray(listed) && listed.length === shape[0] ? listed.map(String) : [];
  if (given.some((label) => !NUMBERED.test(label))) return given;
  const labels = labelsByName(feature, shape[0]);
  return labels.length ? labels : given;
}

/** {"motors": ["x", "y"]} and {"x": 0, "y": 1} as ["x", "y"]. */
function ofObject(names: object): unknown {
  const entries = Object.entries(names).sort(([, a], [, b]) => Number(a) - Number(b));
  return entries.every(([, place], i) => place === i)
    ? entries.map(([name]) => name)
    : Object.values(names)[0];
}
