/** A checkpoint of a hub as notebooks and runs name it: its id with its precision, "owner/name:q4". */
import { PRECISIONS, type Precision } from '../../hub/precision.ts';

export function modelName(id: string, precision: Precision): string {
  return `${id}:${precision}`;
}

/** @throws Error on a precision that there is not. */
export function splitModelName(name: string): { id: string; precision: Precision | null } {
  const at = name.lastIndexOf(':');
  if (at < 0) return { id: name, precision: null };
  const tag = name.slice(at + 1);
  const precision = PRECISIONS.find((candidate) => candidate === tag);
  if (!precision) throw new Error(`":${tag}" is no precision: choose ${PRECISIONS.join(', ')}`);
  return { id: name.slice(0, at), precision };
}
