/** How a demonstration's pictures may differ from those of the next: the camera, the light, the colours around. */

import type { Vec3 } from '../demos/demonstration.ts';
import { seededRandom, uniform } from '../demos/random.ts';
import type { Random } from '../demos/random.ts';
import { FRONT_VIEW } from './camera.ts';
import type { View } from './camera.ts';

/** What changes from seed to seed; what is absent or false stays as it is in RLBench. */
export interface Variety {
  /** The front camera stands up to 4 cm off and turns up to 2 degrees; the calibration says where it stands. */
  camera?: boolean;
  /** The lamp's place, strength and warmth. */
  light?: boolean;
  /** Tints of table, wall and robot. What the instruction names keeps its colour. */
  colours?: boolean;
}

/** Factors of red, green and blue. */
export type Tint = readonly [number, number, number];

export interface Looks {
  view: View;
  light: {
    /** Metres by which the lamp is moved. */
    shift: Vec3;
    /** Factors of its own light, and of the light from all around. */
    key: Tint;
    sky: number;
  };
  tints: { table: Tint; wall: Tint; robot: Tint };
}

const UNTINTED: Tint = [1, 1, 1];

export const PLAIN_LOOKS: Looks = {
  view: FRONT_VIEW,
  light: { shift: [0, 0, 0], key: UNTINTED, sky: 1 },
  tints: { table: UNTINTED, wall: UNTINTED, robot: UNTINTED },
};

const CAMERA_METRES = 0.04;
const CAMERA_RADIANS = (2 * Math.PI) / 180;

/** The same variety, task and seed give the same looks; each kind of variety has random numbers of its own. */
export function looksOf(variety: Variety | undefined, task: string, seed: number): Looks {
  if (!variety?.camera && !variety?.light && !variety?.colours) return PLAIN_LOOKS;
  const random = (kind: string) => seededRandom('looks', kind, task, seed);
  return {
    view: variety.camera ? drawView(random('camera')) : PLAIN_LOOKS.view,
    light: variety.light ? drawLight(random('light')) : PLAIN_LOOKS.light,
    tints: variety.colours ? drawTints(random('colours')) : PLAIN_LOOKS.tints,
  };
}

function drawView(random: Random): View {
  const { position, tilt, turn } = FRONT_VIEW;
  const off = (most: number) => uniform(random, -most, most);
  return {
    position: position.map((x) => x + off(CAMERA_METRES)) as Vec3,
    tilt: tilt + off(CAMERA_RADIANS),
    turn: turn + off(CAMERA_RADIANS),
  };
}

function drawLight(random: Random): Looks['light'] {
  const strength = uniform(random, 0.65, 1.3);
  const warmth = uniform(random, -0.12, 0.12);
  return {
    shift: [uniform(random, -1, 0.6), uniform(random, -0.9, 2.2), uniform(random, -0.6, 0.4)],
    key: [strength * (1 + warmth), strength, strength * (1 - warmth)],
    sky: uniform(random, 0.75, 1.2),
  };
}

function drawTints(random: Random): Looks['tints'] {
  const tint = (least: number, most: number): Tint => {
    const brightness = uniform(random, least, most);
    const [r, g, b] = [0, 1, 2].map(() => brightness * uniform(random, 0.85, 1.15));
    return [r, g, b];
  };
  return { table: tint(0.5, 1.1), wall: tint(0.55, 1.05), robot: tint(0.6, 1) };
}
