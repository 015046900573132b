/** What the simulator recorded, as the bundle that every other room reads. */

import type { Bundle, Demonstration, EncodedImage } from '../demos/demonstration.ts';

/** Pictures of the front camera by demonstration id, one for every frame. */
export type Pictures = Map<string, EncodedImage[]>;

export function recordedBundle(name: string, demonstrations: Demonstration[], pictures: Pictures): Bundle {
  return {
    name,
    format: 'simulator',
    demonstrations,
    remarks: [],
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
