/** In which precision a checkpoint runs on a machine: what is chosen, what else could be, what is refused and why. */
import type { PartDtypes } from '../checkpoint/parts.ts';
import { architectureOf, useOf, type Architecture, type Use } from './architecture.ts';
import { neededFiles } from './neededFiles.ts';
import {
  offeredPrecisions,
  PRECISIONS,
  preferredPrecision,
  refusal,
  takesAdapter,
  type Accelerator,
  type Precision,
} from './precision.ts';

export interface RefusedPrecision {
  precision: Precision;
  why: string;
}

export interface ChosenFiles<File extends { path: string }> extends Use {
  precision: Precision;
  dtypes: PartDtypes;
  /** Those that the precision needs. */
  files: File[];
  /** Precisions that the checkpoint has and this machine may run. */
  offered: Precision[];
  /** Precisions that it has and this machine may not run. */
  refused: RefusedPrecision[];
}

export interface PrecisionWish {
  /** Null: chosen for the accelerator. */
  precision: Precision | null;
  accelerator: Accelerator;
}

/**
 * @param files all of the checkpoint. @param configJson its config.json.
 * @throws Error: files that are missing, an architecture that cannot run here, a refused combination.
 */
export function chooseFiles<File extends { path: string }>(
  files: readonly File[],
  configJson: unknown,
  { precision, accelerator }: PrecisionWish,
  name: string,
): ChosenFiles<File> {
  const present = offeredPrecisions(new Set(files.map(({ path }) => path)));
  const { files: needed, dtypes } = neededFiles(files, precision ?? present.at(0) ?? PRECISIONS[0], name);
  const refused = present.flatMap((candidate) => {
    const why = refusal(candidate, accelerator, name);
    return why === null ? [] : [{ precision: candidate, why }];
  });
  const offered = present.filter((candidate) => !refused.some((r) => r.precision === candidate));
  const architecture = architectureOf(configJson, name);
  if (precision !== null) {
    const why = refused.find((r) => r.precision === precision)?.why;
    if (why !== undefined) throw new Error(`${name}: ${why}`);
    return { ...useOf(architecture, precision, name), precision, dtypes, files: needed, offered, refused };
  }
  const chosen = preferred(architecture, accelerator, offered, name);
  if (chosen === null)
    throw new Error(`${name} cannot run here: ${[...new Set(refused.map(({ why }) => why))].join('; ')}`);
  return {
    ...useOf(architecture, chosen, name),
    ...neededFiles(files, chosen, name),
    precision: chosen,
    offered,
    refused,
  };
}

/** Of what can be trained, rather a precision in which it can. */
function preferred(
  { use }: Architecture,
  accelerator: Accelerator,
  offered: readonly Precision[],
  name: string,
): Precision | null {
  const best = (among: readonly Precision[]) => preferredPrecision(accelerator, among, name);
  return (use === 'train' ? best(offered.filter(takesAdapter)) : null) ?? best(offered);
}
