/** The style page shows every part of the notebook: none is left out but those named here. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const NOTEBOOK = fileURLToPath(new URL('..', import.meta.url));

const NOT_SHOWN = {
  'Page.svelte': 'the whole page, which loads a model and keeps a notebook',
};

/** What a file draws in by itself, not when it is asked for later. */
function imported(file: string): string[] {
  const statements = readFileSync(file, 'utf8').matchAll(
    /^\s*(?:import|export) (?!type )[^;]*?from '(\.[^']+)';/gm,
  );
  return [...statements].map(([, path]) => join(dirname(file), path)).filter((path) => existsSync(path));
}

function reached(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const other of imported(file)) reached(other, seen);
  return seen;
}

test('every component is on the style page', () => {
  const all = readdirSync(NOTEBOOK, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.svelte'),
  );
  const shown = [...reached(join(NOTEBOOK, 'style/StylePage.svelte'))].map((path) =>
    relative(NOTEBOOK, path),
  );
  expect(all.length).toBeGreaterThan(70);
  expect(all.filter((name) => !shown.includes(name)).sort()).toEqual(Object.keys(NOT_SHOWN));
});
