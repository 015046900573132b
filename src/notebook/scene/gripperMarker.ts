/** Stands for a gripper whose robot is not drawn: where it is, how it is turned, whether it is open. */
import { BoxGeometry, Group, Mesh, MeshBasicMaterial, SphereGeometry } from 'three';
import type { Vec3 } from '../../demos/demonstration.ts';
import type { Keeper } from './keeper.ts';
import { segments } from './lines.ts';
import type { Palette } from './palette.ts';

/** Metres, at scale one. */
const AXIS = 0.09;
const PRONG = 0.045;
const THICK = 0.008;
/** From the middle to a prong. */
const APART = 0.04;
const TOGETHER = THICK / 2;
const BALL = 0.035;

export class GripperMarker {
  readonly group = new Group();
  /** Left, right, and the bar between them. */
  readonly #fork: [Mesh, Mesh, Mesh] | null = null;
  readonly #ball: MeshBasicMaterial | null = null;

  /**
   * @param known whether rotations and openings are: if both, a fork points along z with its prongs to either side on
   * y, else a ball, with axes where its rotation is known
   * @param scale times as large as beside a table
   */
  constructor(keeper: Keeper, palette: Palette, known: { turns: boolean; opens: boolean }, scale: number) {
    this.group.scale.setScalar(scale);
    const material = keeper.keep(new MeshBasicMaterial({ color: palette.now, toneMapped: false }));
    if (known.turns) this.group.add(...axes(keeper, palette));
    if (!known.turns || !known.opens) {
      this.#ball = material;
      this.group.add(new Mesh(keeper.keep(new SphereGeometry(BALL, 10, 8)), material));
      return;
    }
    const box = keeper.keep(new BoxGeometry(1, 1, 1));
    this.#fork = [new Mesh(box, material), new Mesh(box, material), new Mesh(box, material)];
    this.group.add(...this.#fork);
  }

  /** @param quaternion index of its x in the poses */
  pose(at: Vec3, poses: Float64Array, quaternion: number, open: boolean): void {
    this.group.position.set(...at);
    this.group.quaternion.fromArray(poses, quaternion).normalize();
    if (this.#ball) this.#ball.wireframe = open;
    if (!this.#fork) return;
    const apart = open ? APART : TOGETHER;
    const [left, right, bar] = this.#fork;
    [left, right].forEach((prong, i) => {
      prong.scale.set(THICK, THICK, PRONG);
      prong.position.set(0, i ? -apart : apart, -PRONG / 2);
    });
    bar.scale.set(THICK, 2 * APART + THICK, THICK);
    bar.position.set(0, 0, -PRONG);
  }
}

/** The gripper's own x, y and z in red, green and blue. */
function axes(keeper: Keeper, { x, y, z }: Palette) {
  return [x, y, z].map((colour, k) => {
    const end: Vec3 = [0, 0, 0];
    end[k] = AXIS;
    return segments(keeper, [[0, 0, 0], end], { colour, width: 3.5 });
  });
}
