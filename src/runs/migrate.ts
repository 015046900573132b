/** Stored records carry the version they were written in; older ones are brought up to date when they are read. */

export const RUN_VERSION = 2;

type Fields = Record<string, unknown>;

/** From version N (the key) to N + 1. */
export type Migrations = Record<number, (record: Fields) => Fields>;

const MIGRATIONS: Migrations = {
  // Runs got tags, notes and parents.
  1: (record) => ({ ...record, tags: [], notes: '', parent: null }),
};

export type Migrated = { ok: true; record: Fields } | { ok: false; reason: string };

export function migrate(record: unknown, migrations = MIGRATIONS, current = RUN_VERSION): Migrated {
  if (typeof record !== 'object' || record === null) return { ok: false, reason: 'is no record' };
  let fields = record as Fields;
  const { version } = fields;
  if (!('version' in fields)) return { ok: false, reason: 'has no version: it is no record of a run' };
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1)
    return { ok: false, reason: `has the version ${String(version)}, not a whole number from 1` };
  if (version > current)
    return {
      ok: false,
      reason: `was written by a newer notebook (version ${version}): reload the page to update it`,
    };
  for (let at = version; at < current; at++) {
    if (!migrations[at]) return { ok: false, reason: `has the version ${at}, which is no longer read` };
    fields = { ...migrations[at](fields), version: at + 1 };
  }
  return { ok: true, record: fields };
}
