/** The camera that took the pictures: where it stands, what it sees, and its picture hung before it. */
import {
  BufferAttribute,
  BufferGeometry,
  DoubleSide,
  Group,
  Matrix4,
  Mesh,
  MeshBasicMaterial,
  SRGBColorSpace,
  Texture,
  Vector3,
} from 'three';
import type { Vec3 } from '../../demos/demonstration.ts';
import type { Frustum } from './frustum.ts';
import { Keeper } from './keeper.ts';
import { segments } from './lines.ts';

/** Metres from the camera within which its own picture would only be in the way. */
const BEHIND_THE_LENS = 0.06;

export class CameraStand {
  readonly group = new Group();
  /** As it was built, world to camera. */
  readonly #built: Matrix4;
  #eye: Vec3;
  readonly #paper: MeshBasicMaterial;
  readonly #sheet: Mesh;
  readonly #texture = new Keeper();

  constructor(keeper: Keeper, frustum: Frustum, ink: string) {
    const { eye, corners } = frustum;
    this.#eye = eye;
    this.#built = poseOf(frustum).invert();
    this.group.matrixAutoUpdate = false;
    const edges = corners.flatMap((corner, i) => [corner, corners[(i + 1) % 4]]);
    const rays = corners.flatMap((corner) => [eye, corner]);
    this.#paper = keeper.keep(new MeshBasicMaterial({ side: DoubleSide, toneMapped: false }));
    this.#sheet = new Mesh(keeper.keep(sheetOf(corners)), this.#paper);
    this.#sheet.visible = false;
    this.group.add(
      segments(keeper, edges, { colour: ink, width: 2 }),
      segments(keeper, rays, { colour: ink, width: 1.25, opacity: 0.55 }),
      this.#sheet,
    );
    keeper.keep({ dispose: () => this.#texture.release() });
  }

  /** @param bitmap upside down, as WebGL reads it; null takes the picture down */
  hang(bitmap: ImageBitmap | null): void {
    this.#texture.release();
    this.#sheet.visible = bitmap !== null;
    this.#paper.map = null;
    if (!bitmap) return;
    const texture = this.#texture.keep(new Texture(bitmap));
    this.#texture.keep({ dispose: () => bitmap.close() });
    texture.colorSpace = SRGBColorSpace;
    texture.flipY = false;
    texture.anisotropy = 4;
    texture.needsUpdate = true;
    this.#paper.map = texture;
    this.#paper.needsUpdate = true;
  }

  /** To where it stands in another frame; its picture hangs as far before it. */
  move(frustum: Frustum): void {
    this.#eye = frustum.eye;
    this.group.matrix.multiplyMatrices(poseOf(frustum), this.#built);
    this.group.matrixWorldNeedsUpdate = true;
  }

  /** Gone while one looks through the camera itself. */
  seenFrom(eye: Vec3): void {
    this.group.visible = Math.hypot(...eye.map((x, k) => x - this.#eye[k])) > BEHIND_THE_LENS;
  }
}

/** Camera to world: to the right along the picture's upper edge, down along its left one, along the axis. */
function poseOf({ eye, direction, corners: [topLeft, topRight] }: Frustum): Matrix4 {
  const axis = new Vector3(...direction);
  const right = new Vector3(...topRight).sub(new Vector3(...topLeft)).normalize();
  const down = new Vector3().crossVectors(axis, right);
  return new Matrix4().makeBasis(right, down, axis).setPosition(...eye);
}

function sheetOf([topLeft, topRight, bottomRight, bottomLeft]: Frustum['corners']): BufferGeometry {
  const geometry = new BufferGeometry();
  const corners = Float32Array.from([topLeft, topRight, bottomRight, bottomLeft].flat());
  geometry.setAttribute('position', new BufferAttribute(corners, 3));
  geometry.setAttribute('uv', new BufferAttribute(Float32Array.of(0, 1, 1, 1, 1, 0, 0, 0), 2));
  geometry.setIndex([0, 2, 1, 0, 3, 2]);
  return geometry;
}
