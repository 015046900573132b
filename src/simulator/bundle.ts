/** What the simulator recorded, as the bundle that every other room reads. */

import type { Bundle, Demonstration, EncodedImage } from '../demos/demonstration.ts';

/** Pictures of the front camera by demonstration id, one for every frame. */
export type Pictures = Map<string, EncodedImage[]>;

export interface Recorded {
  demonstrations: Demonstration[];
  pictures: Pictures;
  /** Seeds passed over because the expert failed on them; a remark tells of them. */
  dropped: number[];
}

export function recordedBundle(name: string, { demonstrations, pictures, dropped }: Recorded): Bundle {
  return {
    name,
    format: 'simulator',
    demonstrations,
    remarks: dropped.length ? [droppedRemark(dropped)] : [],
    frames: {
      // eslint-disable-next-line @typescript-eslint/require-await -- a missing picture rejects, as in every store
      async read(demonstrationId, camera, frame) {
        const image = camera === 'front' ? pictures.get(demonstrationId)?.[frame] : undefined;
        if (!image)
          throw new Error(`${name} has no ${camera} picture of frame ${frame} of ${demonstrationId}`);
        return image;
      },
    },
  };
}

function droppedRemark(seeds: readonly number[]): string {
  const which = seeds.length === 1 ? 'One seed was' : `${seeds.length} seeds were`;
  return `${which} passed over because the expert failed: ${seeds.join(', ')}.`;
}
