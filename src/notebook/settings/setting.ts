/** Settings as data: a form is drawn from these, and what is typed is checked against them. */

interface Named {
  /** Where the value sits in its configuration, e.g. "loss.beta" or "state_space.low.0". */
  path: string;
  label: string;
  /** One sentence: what it does. */
  sentence: string;
}

export interface NumberSetting extends Named {
  type: 'number';
  min: number;
  max: number;
  integer?: boolean;
  /** An empty field means null. */
  nullable?: boolean;
}

export interface ChoiceSetting extends Named {
  type: 'choice';
  options: { label: string; value: unknown }[];
}

export interface ToggleSetting extends Named {
  type: 'toggle';
}

/** Several of a list, at least one. */
export interface SeveralSetting extends Named {
  type: 'several';
  options: { label: string; value: string }[];
}

export type Setting = NumberSetting | ChoiceSetting | ToggleSetting | SeveralSetting;

type Tree = Record<string, unknown>;

export function readPath(config: object, path: string): unknown {
  return path.split('.').reduce<unknown>((node, key) => (node as Tree)[key], config);
}

/** A copy of the configuration with one value changed. */
export function writePath<T extends object>(config: T, path: string, value: unknown): T {
  const [key, ...rest] = path.split('.');
  const copy = (Array.isArray(config) ? [...(config as unknown[])] : { ...config }) as Tree;
  copy[key] = rest.length ? writePath(copy[key] as object, rest.join('.'), value) : value;
  return copy as T;
}

/** @throws Error of one line that names the value and what would be right. */
export function parseNumber(setting: NumberSetting, text: string): number | null {
  const trimmed = text.trim();
  if (trimmed === '') {
    if (setting.nullable) return null;
    throw new Error(`${setting.label} is empty: give a number from ${setting.min} to ${setting.max}`);
  }
  const value = Number(trimmed);
  if (!Number.isFinite(value)) throw new Error(`${setting.label} "${trimmed}" is not a number`);
  if (setting.integer && !Number.isInteger(value))
    throw new Error(`${setting.label} ${trimmed} is not whole`);
  if (value < setting.min || value > setting.max) {
    throw new Error(`${setting.label} ${trimmed} is not between ${setting.min} and ${setting.max}`);
  }
  return value;
}

/** Choices are compared by content, since lists may be choices. */
export function sameValue(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
