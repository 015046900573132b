/** The flag --mapping of every command that opens demonstrations, and what is said where one is needed. */
import { stat, readFile } from 'node:fs/promises';
import { mappingTemplate, TO_CHOOSE, type MappingNeeded, type StateMapping } from '../demos/stateMapping.ts';

const MOST_BYTES = 100_000;
const SHOWN_NUMBERS = 16;

export const MAPPING_HELP: [string, string] = [
  '--mapping FILE',
  'JSON: which columns of the demonstrations are the state; an error proposes one',
];

/** @throws Error naming the file and the field at fault */
export async function readMapping(path: string | undefined): Promise<StateMapping | undefined> {
  if (path === undefined) return undefined;
  const unread = (error: Error) => {
    throw new Error(`${path} cannot be read (${error.message})`, { cause: error });
  };
  const { size } = await stat(path).catch(unread);
  if (size > MOST_BYTES) throw new Error(`${path} is too long for a mapping of columns`);
  const text = await readFile(path, 'utf8').catch(unread);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is no JSON (${(error as Error).message.split('\n')[0]})`, { cause: error });
  }
  const { checkMapping } = await import('../demos/mappingSchema.ts');
  return checkMapping(value, path);
}

/** The first row of every feature, and the proposal to save. */
export function proposedMapping({ offer: { features, rows, mapping } }: MappingNeeded): string[] {
  const row = (name: string) => {
    const numbers = (rows[name]?.[0] ?? []).map((value) => Number(value.toFixed(4)));
    return numbers.slice(0, SHOWN_NUMBERS).join(', ') + (numbers.length > SHOWN_NUMBERS ? ', ...' : '');
  };
  const labels = (names: string[]) => (names.length ? ` (${names.join(', ')})` : '');
  return [
    'The first row:',
    ...features.map(({ name, labels: names }) => `  ${name}${labels(names)}: ${row(name)}`),
    `Save this as mapping.json, change what does not fit (null: not there) or says "${TO_CHOOSE}", and give --mapping mapping.json:`,
    ...asLines(mappingTemplate(mapping)),
  ];
}

/** A line a field. */
function asLines(mapping: object): string[] {
  const fields = Object.entries(mapping).map(([key, value]) => `  "${key}": ${JSON.stringify(value)}`);
  return ['{', ...fields.map((field, i) => (i < fields.length - 1 ? `${field},` : field)), '}'];
}
