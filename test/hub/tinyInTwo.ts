import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TINY } from './hubServer.ts';

const TINY_Q8 = fileURLToPath(new URL('../fixtures/tiny-smolvlm-q8', import.meta.url));

/** A new folder with the tiny checkpoint in q4 and q8. @returns its path, to be removed by the caller */
export function tinyInTwo(): string {
  const folder = mkdtempSync(join(tmpdir(), 'robot-r1-tiny-'));
  for (const part of [TINY, TINY_Q8]) cpSync(part, folder, { recursive: true });
  return folder;
}
