/** Where a demonstration's Panda stands, told by its joints; or why no robot can be drawn. */
import { positionAt, type Demonstration, type Vec3 } from '../../demos/demonstration.ts';
import { boundsOf, diagonalOf } from './bounds.ts';
import { baseOf, jointsAt, tipPose } from './kinematics.ts';
import type { Model } from './mjcf.ts';
import { translationOf } from './transform.ts';
import { worldOf } from './worlds.ts';

/** A base in the demonstration's frame, or a sentence. */
export type Stand = { base: Vec3; missing: null } | { base: null; missing: string };

/** As formats name a Franka Panda with its own hand. */
const PANDA = /^(panda|panda_wristcam|franka|franka[ _-]panda|franka[ _-]emika|franka[ _-]emika[ _-]panda)$/i;
/** Metres by which joints and gripper position may disagree before the arm is taken for another one. */
const SAME_ARM = 0.01;
/** Frames at which that is looked at. */
const SAMPLES = 40;
/** Metres that a gripper must roam before its joints alone tell where the base stands, and that it is a Panda's. */
const ROAM = 0.15;

/**
 * Upright and unturned at the base that its world is known to have, or in another's at the one that the joints lead
 * from: everywhere within a centimetre of the recorded gripper.
 */
export function pandaStand(model: Model, demo: Demonstration): Stand {
  const { scene, jointPositions } = demo;
  const name = scene ? scene.robot : 'Panda';
  if (name !== null && !PANDA.test(name)) return none(`Robot (${name}) not drawn: its shape is not known.`);
  const robot = `${name === null ? 'Robot (not named)' : 'Panda'} not drawn`;
  if (!jointPositions) return none(`${robot}: no joint positions were recorded.`);
  const offsets = baseOffsets(model, demo);
  if (!offsets) return none(`${robot}: its joints are not a Panda’s seven.`);
  const known = scene ? worldOf(scene)?.base : baseOf(model);
  if (known && agree(offsets, known)) return { base: known, missing: null };
  const roams = diagonalOf(boundsOf(sampled(demo).map((frame) => positionAt(demo, frame)))) >= ROAM;
  if (!roams && !known) return none(`${robot}: it moves too little to tell where its base stands.`);
  const mean = [0, 1, 2].map((k) => offsets.reduce((sum, p) => sum + p[k], 0) / offsets.length) as Vec3;
  if (scene && roams && agree(offsets, mean)) return { base: mean, missing: null };
  return none(`${robot}: its joints do not lead a Panda’s gripper to where it was.`);
}

/** The recorded gripper less the tip of a Panda at the origin: the same everywhere where it is one. */
function baseOffsets(model: Model, demo: Demonstration): Vec3[] | null {
  const own = baseOf(model);
  const offsets: Vec3[] = [];
  for (const frame of sampled(demo)) {
    const values = jointsAt(demo, frame);
    if (!values) return null;
    const tip = translationOf(tipPose(model, values));
    offsets.push(positionAt(demo, frame).map((x, k) => x - tip[k] + own[k]) as Vec3);
  }
  return offsets;
}

function agree(offsets: Vec3[], base: Vec3): boolean {
  return offsets.every((offset) => Math.hypot(...offset.map((x, k) => x - base[k])) <= SAME_ARM);
}

function sampled({ length }: Demonstration): number[] {
  const stride = Math.max(1, Math.floor(length / SAMPLES));
  return Array.from({ length: Math.ceil(length / stride) }, (_, i) => i * stride);
}

const none = (missing: string): Stand => ({ base: null, missing });
