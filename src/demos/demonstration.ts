/** A demonstration as every importer and the simulator deliver it. Plain data: it can be posted to a worker. */
import type { Scene } from './scene.ts';
import type { MappingOffer, StateMapping } from './stateMapping.ts';

/** Metres in the world frame, in RLBench's world: +x away from the robot base (toward the front camera), +y image right, +z up. */
export type Vec3 = [number, number, number];

export type CameraName = 'left_shoulder' | 'right_shoulder' | 'overhead' | 'wrist' | 'front' | (string & {});

export interface Camera {
  width: number;
  height: number;
  /** Row-major 3x3 in pixels. RLBench's focal lengths are negative. Null: uncalibrated. */
  intrinsics: number[] | null;
  /** Row-major 4x4 camera-to-world; of a camera that moves one for each frame, one after another. Null: uncalibrated. */
  extrinsics: number[] | null;
  /** What the bundle holds of it beside pictures. */
  layers?: LayerName[];
}

/** Depth in metres along the viewing axis, or the handle of the object that each pixel shows. */
export type LayerName = 'depth' | 'mask';

/** One number a pixel, row-major. */
export interface Layer {
  width: number;
  height: number;
  values: Float32Array;
}

export interface Demonstration {
  /** Unique in its bundle, e.g. "push_button/variation0/episode3". */
  id: string;
  /** RLBench task name, e.g. "push_button". */
  task: string;
  variation: number;
  /** At least one. */
  descriptions: string[];
  /** Frames a second. */
  fps: number;
  /** Number of observations N. */
  length: number;
  /** N*7, row-major: x, y, z in metres, quaternion x, y, z, w with unit norm; world frame, of `scene`'s world where there is one. */
  gripperPose: Float64Array;
  /** N: 1 open, 0 closed; or null where the source does not tell. */
  gripperOpen: Float64Array | null;
  /** N*J radians, or null where the source has none. */
  jointPositions: Float64Array | null;
  /** N*J radians a second, or null where the source has neither them nor joint positions to derive them from. */
  jointVelocities: Float64Array | null;
  /** Only cameras whose frames the bundle holds. */
  cameras: Record<string, Camera>;
  /** What is known of its world; without it that is RLBench's, whose table and robot are known. */
  scene?: Scene;
}

/** A picture as it was stored. */
export interface EncodedImage {
  bytes: Uint8Array;
  mime: 'image/png' | 'image/jpeg' | 'image/webp';
}

/** Reads pictures one at a time, so that a bundle need not sit in memory. */
export interface FrameStore {
  /** @throws Error naming the file when a frame is missing or unreadable. */
  read(demonstrationId: string, camera: CameraName, frame: number): Promise<EncodedImage>;
  /** Of cameras that have such layers. @throws as read does */
  readLayer?(demonstrationId: string, camera: CameraName, frame: number, layer: LayerName): Promise<Layer>;
}

export interface Bundle {
  /** The file's name, or a name for a recording. */
  name: string;
  format: 'rlbench' | 'lerobot' | 'robomimic' | 'maniskill' | 'simulator';
  demonstrations: Demonstration[];
  frames: FrameStore;
  /** What the reader should know though it stopped nothing, e.g. "no calibration: options cannot be drawn". */
  remarks: string[];
  /** Where the format leaves open which columns are the state: what was taken, and what there is to choose from. */
  mapping?: MappingOffer & { mapping: StateMapping };
  /** Lets go of its files; frames cannot be read afterwards. */
  close?(): void;
}

/** Gripper position of frame i: metres, world frame. Negative zero is zero: texts do not keep it apart. */
export function positionAt(demo: Pick<Demonstration, 'gripperPose'>, i: number): Vec3 {
  const p = demo.gripperPose;
  return [p[7 * i] + 0, p[7 * i + 1] + 0, p[7 * i + 2] + 0];
}
