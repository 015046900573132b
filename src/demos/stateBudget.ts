/** States are in memory whole, pictures are not: the frames of a bundle are what its size in memory hangs on. */
import { BundleError } from './bundleError.ts';
import { isMoving } from './camera.ts';
import type { Camera, Demonstration } from './demonstration.ts';
import { megabytes } from './fileTree.ts';

/** A million frames with pose, opening, seven joint positions and velocities fit. */
export const STATE_BYTES = 168 * 2 ** 20;

export class StateBudget {
  private frames = 0;
  private bytes = 0;

  /** @param name of the bundle */
  constructor(
    private readonly name: string,
    private readonly most = STATE_BYTES,
  ) {}

  /** @throws as spend does */
  add({ length, cameras, gripperPose, gripperOpen, jointPositions, jointVelocities }: Demonstration): void {
    const columns = [gripperPose, gripperOpen, jointPositions, jointVelocities];
    const numbers = columns.reduce((sum, column) => sum + (column?.length ?? 0), 0) / length;
    this.spend(length, numbers + numbersOfPoses(Object.values(cameras), length));
  }

  /**
   * @param numbers of each frame
   * @throws BundleError when these frames are too many beside those before
   */
  spend(frames: number, numbers: number): void {
    this.frames += frames;
    this.bytes += frames * numbers * Float64Array.BYTES_PER_ELEMENT;
    if (!(this.bytes <= this.most))
      throw new BundleError(
        this.name,
        `has more than ${this.frames - frames} frames, whose states take more than ${megabytes(this.most)} of memory: open fewer demonstrations`,
      );
  }
}

/** Of each frame, where cameras move. */
export function numbersOfPoses(cameras: Pick<Camera, 'extrinsics'>[], length: number): number {
  return cameras.filter(isMoving).reduce((sum, { extrinsics }) => sum + extrinsics!.length, 0) / length;
}
