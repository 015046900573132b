/** What every importer asks of the states and pictures it reads. */
import { BundleError } from './bundleError.ts';
import type { Camera, Demonstration, EncodedImage } from './demonstration.ts';
import { chunksOf } from './png.ts';

/** How far a quaternion's norm may be from 1: rounding to float32 stays far below. */
const NORM_TOLERANCE = 1e-2;
const ROTATION_TOLERANCE = 1e-3;

/**
 * @param file named in the error
 * @throws BundleError at the first value that is not finite, quaternion not of unit norm, or frame count of nothing
 */
export function checkStates(file: string, demo: Demonstration): void {
  if (!demo.length) throw new BundleError(file, 'holds no frame: record the demonstration anew');
  const columns = ['gripperPose', 'gripperOpen', 'jointPositions', 'jointVelocities'] as const;
  for (const column of columns) {
    const values = demo[column] ?? new Float64Array();
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) {
      const frame = Math.floor(at / (values.length / demo.length));
      throw new BundleError(
        file,
        `frame ${frame} has ${values[at]} in its ${WORDS[column]}: leave this episode out`,
      );
    }
  }
  for (let i = 0; i < demo.length; i++) {
    const norm = Math.hypot(...demo.gripperPose.subarray(7 * i + 3, 7 * i + 7));
    if (Math.abs(norm - 1) > NORM_TOLERANCE)
      throw new BundleError(
        file,
        `frame ${i} has a gripper quaternion of norm ${norm.toPrecision(3)}, not 1: store x, y, z, qx, qy, qz, qw`,
      );
  }
}

const WORDS = {
  gripperPose: 'gripper pose',
  gripperOpen: 'gripper opening',
  jointPositions: 'joint positions',
  jointVelocities: 'joint velocities',
};

/**
 * The calibration when it is one: a finite 3x3 with focal lengths, a rigid 4x4 or one for each frame; else null.
 * @param frames of the demonstration
 */
export function calibration(
  intrinsics: ArrayLike<number> | null | undefined,
  extrinsics: ArrayLike<number> | null | undefined,
  frames: number,
): Pick<Camera, 'intrinsics' | 'extrinsics'> {
  // Looked at before it is copied: a hostile length takes no memory.
  const k = intrinsics?.length === 9 ? Array.from(intrinsics) : null;
  const poses = extrinsics && [16, 16 * frames].includes(extrinsics.length) ? Array.from(extrinsics) : [];
  return {
    intrinsics: k && k.every(Number.isFinite) && k[0] * k[4] !== 0 ? k : null,
    extrinsics: poses.length && areRigid(poses) ? poses : null,
  };
}

function areRigid(poses: number[]): boolean {
  const starts = Array.from({ length: poses.length / 16 }, (_, i) => 16 * i);
  return starts.every((start) => isRigid(poses.slice(start, start + 16)));
}

function isRigid(e: number[]): boolean {
  const column = (j: number) => [e[j], e[4 + j], e[8 + j]];
  const dot = (a: number[], b: number[]) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  const axes = [0, 1, 2].map(column);
  return (
    e.every(Number.isFinite) &&
    axes.every((a, i) => axes.every((b, j) => Math.abs(dot(a, b) - Number(i === j)) < ROTATION_TOLERANCE))
  );
}

const SIGNATURES: [EncodedImage['mime'], RegExp][] = [
  ['image/png', /^\x89PNG\r\n\x1a\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/webp', /^RIFF[^]{4}WEBP/],
];

/**
 * The picture as it was stored, its checksums verified where its format has them: PNG does, JPEG and WebP are only seen
 * to be whole. A decoder may draw half of a damaged picture and say nothing.
 * @throws BundleError naming the file when the bytes are no PNG, JPEG or WebP, damaged, or cut short
 */
export function encodedImage(file: string, bytes: Uint8Array): EncodedImage {
  const start = String.fromCharCode(...bytes.subarray(0, 12));
  const mime = SIGNATURES.find(([, pattern]) => pattern.test(start))?.[0];
  if (!mime) throw new BundleError(file, 'is no PNG, JPEG or WebP picture: export the frame anew');
  if (mime === 'image/png') chunksOf(file, bytes);
  else if (!(mime === 'image/webp' ? isWholeWebp(bytes) : isWholeJpeg(bytes)))
    throw new BundleError(file, 'is cut short: export the frame anew');
  return { bytes, mime };
}

function isWholeWebp(bytes: Uint8Array): boolean {
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(4, true);
  return bytes.length >= 8 + length;
}

/** An end of image stands behind the last start of scan. */
function isWholeJpeg(bytes: Uint8Array): boolean {
  for (let at = bytes.length - 2; at >= 0; at--) {
    if (bytes[at] !== 0xff) continue;
    if (bytes[at + 1] === 0xd9) return true;
    if (bytes[at + 1] === 0xda) return false;
  }
  return false;
}

/** @returns null when the picture is no PNG */
export function pngSize({ bytes, mime }: EncodedImage): { width: number; height: number } | null {
  if (mime !== 'image/png' || bytes.length < 24) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}
