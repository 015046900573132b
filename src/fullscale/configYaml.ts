/** config.yaml: nested, every value with a comment that says whose it is, readable for PyYAML (YAML 1.1). */
import { Document, isMap, Scalar, YAMLMap, YAMLSeq, type Node } from 'yaml';
import { SCHEMA, type SettingValue } from './easyr1Schema.ts';
import type { Setting } from './easyr1Settings.ts';

const SECTIONS = ['data', 'algorithm', 'worker', 'trainer'];

/** A number that must stay a float for PyYAML, for which "1e-6" is a text: it asks for a dot. */
class Float {
  constructor(readonly value: number) {}
}

const FLOAT_TAG = {
  identify: (value: unknown) => value instanceof Float,
  tag: 'tag:yaml.org,2002:float',
  default: true as const,
  resolve: (text: string) => new Float(Number(text)),
  stringify: (node: { value: unknown }) => formatFloat((node.value as Float).value),
};

/** @param header lines of the comment on top. */
export function configYaml(settings: Setting[], header: string[]): string {
  const document = new Document({}, { version: '1.1', customTags: (tags) => [FLOAT_TAG, ...tags] });
  document.commentBefore = header.map((line) => ` ${line}`).join('\n');
  const root = new YAMLMap();
  for (const section of SECTIONS) root.set(new Scalar(section), new YAMLMap());
  for (const setting of settings) place(root, setting);
  document.contents = root;
  return document.toString({ lineWidth: 0 });
}

function place(root: YAMLMap, { key, value, origin, note }: Setting) {
  const path = key.split('.');
  let map = root;
  for (const name of path.slice(0, -1)) {
    const inner = map.get(name);
    if (isMap(inner)) {
      map = inner;
    } else {
      const made = new YAMLMap();
      map.set(new Scalar(name), made);
      map = made;
    }
  }
  const node = toNode(value, SCHEMA[key].type === 'float' || SCHEMA[key].type === 'floats');
  const comment = ` ${note ? `${origin}: ${note}` : origin}`;
  const name = new Scalar(path.at(-1));
  if (isMap(node) && node.items.length > 0) name.commentBefore = comment;
  else node.comment = comment;
  map.set(name, node);
}

function toNode(value: SettingValue, float: boolean): Node {
  if (Array.isArray(value)) {
    const list = new YAMLSeq();
    list.flow = true;
    list.items = value.map((v) => toNode(v, float));
    return list;
  }
  if (typeof value === 'object' && value !== null) {
    const map = new YAMLMap();
    for (const [name, inner] of Object.entries(value))
      map.set(new Scalar(name), toNode(inner, !Number.isInteger(inner)));
    return map;
  }
  return new Scalar(typeof value === 'number' && float ? new Float(value) : value);
}

/** "1.0e-6", "0.6", "1.0". */
function formatFloat(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size <= 0.01 || size >= 1e6)) {
    const [mantissa, exponent] = value.toExponential().split('e');
    return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}e${exponent}`;
  }
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}
