/** Models that the reader has loaded in this browser: these and the embedded one may be loaded unasked. */
import { EMBEDDED } from './loadModel.ts';

const KEY = 'models';
const MOST = 50;

export function isKnown(source: string): boolean {
  return source === EMBEDDED || known().includes(source);
}

/** The oldest are forgotten, and all where the browser keeps nothing. */
export function remember(source: string): void {
  const others = known().filter((other) => other !== source);
  try {
    localStorage.setItem(KEY, JSON.stringify([...others, source].slice(-MOST)));
  } catch {
    // It will be asked for again.
  }
}

function known(): unknown[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}
