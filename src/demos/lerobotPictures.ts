/** What the first pictures of a LeRobot dataset tell: their size and how they are stored. */
import { pngSize } from './checkDemonstration.ts';
import type { Demonstration } from './demonstration.ts';
import type { LerobotFrames } from './lerobotFrames.ts';
import type { Feature, Info } from './lerobotInfo.ts';

export function sizeOf({ shape, names }: Feature): { width: number; height: number } {
  const channelsFirst = Array.isArray(names) ? /^channels?$/.test(String(names[0])) : shape[0] === 3;
  const [height = 0, width = 0] = channelsFirst ? shape.slice(1) : shape;
  return { width, height };
}

/** Cameras whose first picture is of another size than info.json says. */
export async function sizeRemarks(
  { id }: Demonstration,
  frames: LerobotFrames,
  info: Info,
  cameras: Map<string, string>,
): Promise<string[]> {
  const remarks: string[] = [];
  for (const [camera, name] of cameras) {
    const feature = info.features[name];
    const size = feature.dtype === 'image' ? pngSize(await frames.read(id, camera, 0)) : null;
    const { width, height } = sizeOf(feature);
    if (size && (size.width !== width || size.height !== height))
      remarks.push(
        `info.json says ${width} x ${height} of ${camera}, its pictures are ${size.width} x ${size.height}: one may be damaged.`,
      );
  }
  return remarks;
}

/** As the first of each camera are stored. */
export async function pictureFormats(
  { id }: Demonstration,
  frames: LerobotFrames,
  info: Info,
  cameras: Map<string, string>,
): Promise<string[]> {
  const found = new Set<string>();
  for (const [camera, name] of cameras) {
    const film = info.features[name].dtype === 'video';
    found.add(film ? 'video' : FORMATS[(await frames.read(id, camera, 0)).mime]);
  }
  return [...found];
}

const FORMATS = { 'image/png': 'PNG', 'image/jpeg': 'JPEG', 'image/webp': 'WebP' } as const;
