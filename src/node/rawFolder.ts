/** A folder of raw recordings: NAME.json holds a demonstration, NAME/FRAME.webp (or png, jpg) its front view. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import * as v from 'valibot';
import { checksumsOf } from '../demos/damageRemarks.ts';
import type { Bundle, Demonstration, EncodedImage } from '../demos/demonstration.ts';
import { issueText } from '../demos/schemaIssue.ts';

const numbers = v.array(v.pipe(v.number(), v.finite()));

const rawDemonstration = v.object({
  id: v.string(),
  task: v.string(),
  variation: v.number(),
  descriptions: v.pipe(v.array(v.string()), v.minLength(1)),
  fps: v.number(),
  length: v.pipe(v.number(), v.integer(), v.minValue(1)),
  gripperPose: numbers,
  gripperOpen: numbers,
  jointPositions: v.nullable(numbers),
  jointVelocities: v.nullable(numbers),
  cameras: v.record(
    v.string(),
    v.object({
      width: v.number(),
      height: v.number(),
      intrinsics: v.nullable(numbers),
      extrinsics: v.nullable(numbers),
    }),
  ),
});

const MIME: Record<string, EncodedImage['mime']> = {
  '.webp': 'image/webp',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
};

/** @throws Error naming the file that is missing or wrong. */
export async function openRawFolder(folder: string): Promise<Bundle> {
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.json')).sort();
  if (files.length === 0)
    throw new Error(`${folder} holds no recordings: a recording is a NAME.json beside a folder NAME`);
  const frameFiles = new Map<string, Map<number, string>>();
  const demonstrations: Demonstration[] = [];
  for (const name of files) {
    const path = join(folder, name);
    const demo = parseDemonstration(path, await readFile(path, 'utf8'));
    if (frameFiles.has(demo.id)) throw new Error(`${path}: a second recording with the id "${demo.id}"`);
    frameFiles.set(demo.id, await listFrames(path.slice(0, -'.json'.length)));
    demonstrations.push(demo);
  }
  return {
    name: basename(folder),
    format: 'simulator',
    demonstrations,
    frames: {
      async read(demonstrationId, camera, frame) {
        const file = camera === 'front' ? frameFiles.get(demonstrationId)?.get(frame) : undefined;
        if (!file)
          throw new Error(`${folder} has no ${camera} picture of frame ${frame} of "${demonstrationId}"`);
        return { bytes: await readFile(file), mime: MIME[extname(file)] };
      },
    },
    remarks: [checksumsOf([], ['states, sentences and pictures'])],
  };
}

function parseDemonstration(path: string, text: string): Demonstration {
  const parsed = v.safeParse(rawDemonstration, parseJson(path, text));
  if (!parsed.success) throw new Error(`${path}: ${issueText(parsed.issues[0])}`);
  const raw = parsed.output;
  const perFrame = { gripperPose: 7, gripperOpen: 1 } as const;
  for (const [field, count] of Object.entries(perFrame)) {
    const { length } = raw[field as keyof typeof perFrame];
    if (length !== raw.length * count)
      throw new Error(
        `${path}: ${field} has ${length} numbers, not ${count} for each of ${raw.length} frames`,
      );
  }
  for (const [name, { extrinsics }] of Object.entries(raw.cameras))
    if (extrinsics && ![16, 16 * raw.length].includes(extrinsics.length))
      throw new Error(
        `${path}: camera ${name} has ${extrinsics.length} numbers as extrinsics, not 16, or 16 for each of ${raw.length} frames`,
      );
  const floats = (list: number[] | null) => list && Float64Array.from(list);
  return {
    ...raw,
    cameras: raw.cameras,
    gripperPose: Float64Array.from(raw.gripperPose),
    gripperOpen: Float64Array.from(raw.gripperOpen),
    jointPositions: floats(raw.jointPositions),
    jointVelocities: floats(raw.jointVelocities),
  };
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${path} is not JSON`);
  }
}

/** Frame number, whatever its leading zeros, to path. */
async function listFrames(folder: string): Promise<Map<number, string>> {
  const names = await readdir(folder).catch(() => []);
  const pictures = names.filter(
    (name) => extname(name) in MIME && /^\d+$/.test(basename(name, extname(name))),
  );
  return new Map(pictures.map((name) => [Number(basename(name, extname(name))), join(folder, name)]));
}
