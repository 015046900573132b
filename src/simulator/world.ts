/** MuJoCo behind the few words that the rest of the room needs. Positions are metres in RLBench's world frame. */

import type { MainModule, MjData, MjModel } from '@mujoco/mujoco';
import type { Vec3 } from '../demos/demonstration.ts';
import { ARM_JOINTS, FINGER_STROKE, SERVO_LAG_SECONDS } from './panda.ts';

export const TIMESTEP = 0.002;

/** x, y, z, then the unit quaternion x, y, z, w with w >= 0. */
export type Pose = [number, number, number, number, number, number, number];
export type Rgba = readonly [number, number, number, number];

export class World {
  readonly mujoco: MainModule;
  readonly model: MjModel;
  readonly data: MjData;
  private readonly tip: number;
  private readonly jacobianPosition;
  private readonly jacobianRotation;

  /** @throws Error with MuJoCo's words when the MJCF does not compile. */
  constructor(mujoco: MainModule, mjcf: string) {
    this.mujoco = mujoco;
    this.model = mujoco.MjModel.from_xml_string(mjcf);
    this.data = new mujoco.MjData(this.model);
    this.tip = this.id('mjOBJ_SITE', 'tcp');
    this.jacobianPosition = new mujoco.DoubleBuffer(3 * this.model.nv);
    this.jacobianRotation = new mujoco.DoubleBuffer(3 * this.model.nv);
  }

  /** The world's index of a named thing. @throws Error when the model has no such name. */
  id(kind: 'mjOBJ_SITE' | 'mjOBJ_BODY' | 'mjOBJ_GEOM' | 'mjOBJ_JOINT', name: string): number {
    const id = this.mujoco.mj_name2id(this.model, this.mujoco.mjtObj[kind].value, name);
    if (id < 0) throw new Error(`the scene has no ${kind.slice(6).toLowerCase()} named "${name}"`);
    return id;
  }

  /** Everything at rest, the arm at `joints`, the gripper open. */
  reset(joints: readonly number[]): void {
    this.mujoco.mj_resetData(this.model, this.data);
    joints.forEach((q, i) => (floats(this.data.qpos)[i] = q));
    floats(this.data.qpos).fill(FINGER_STROKE, ARM_JOINTS.length, ARM_JOINTS.length + 2);
    this.command(
      joints,
      joints.map(() => 0),
      FINGER_STROKE,
    );
  }

  /** Servo targets: joint radians, radians a second, metres that each finger stands open. */
  command(joints: readonly number[], velocities: readonly number[], finger: number): void {
    const control = floats(this.data.ctrl);
    joints.forEach((q, i) => (control[i] = q + SERVO_LAG_SECONDS * velocities[i]));
    control[ARM_JOINTS.length] = finger;
  }

  step(): void {
    this.mujoco.mj_step(this.model, this.data);
  }

  /** Brings positions of bodies and sites up to date with the joints, without moving time. */
  refresh(): void {
    this.mujoco.mj_kinematics(this.model, this.data);
    this.mujoco.mj_comPos(this.model, this.data);
  }

  jointPositions(): number[] {
    return Array.from(floats(this.data.qpos).subarray(0, ARM_JOINTS.length));
  }

  jointVelocities(): number[] {
    return Array.from(floats(this.data.qvel).subarray(0, ARM_JOINTS.length));
  }

  /** Metres a second of the faster finger. */
  fingerSpeed(): number {
    const v = floats(this.data.qvel);
    return Math.max(Math.abs(v[ARM_JOINTS.length]), Math.abs(v[ARM_JOINTS.length + 1]));
  }

  configuration(): Float64Array {
    return floats(this.data.qpos).slice();
  }

  setConfiguration(configuration: Float64Array): void {
    floats(this.data.qpos).set(configuration);
    this.refresh();
  }

  setArm(joints: readonly number[]): void {
    joints.forEach((q, i) => (floats(this.data.qpos)[i] = q));
    this.refresh();
  }

  tipPose(): Pose {
    const rotation = this.tipRotation();
    return [...this.tipPosition(), ...quaternion(rotation)] as Pose;
  }

  tipPosition(): Vec3 {
    return vector(this.data.site_xpos, this.tip);
  }

  /** Row-major 3x3, tip to world. */
  tipRotation(): number[] {
    return Array.from(floats(this.data.site_xmat).subarray(9 * this.tip, 9 * this.tip + 9));
  }

  /** Six rows (linear, then angular velocity of the tip) of seven joint columns. */
  tipJacobian(): number[][] {
    this.mujoco.mj_jacSite(this.model, this.data, this.jacobianPosition, this.jacobianRotation, this.tip);
    const rows = (view: Float64Array) =>
      [0, 1, 2].map((r) =>
        Array.from(view.subarray(r * this.model.nv, r * this.model.nv + ARM_JOINTS.length)),
      );
    return [
      ...rows(floats(this.jacobianPosition.GetView())),
      ...rows(floats(this.jacobianRotation.GetView())),
    ];
  }

  sitePosition(name: string): Vec3 {
    return vector(this.data.site_xpos, this.id('mjOBJ_SITE', name));
  }

  jointValue(name: string): number {
    return floats(this.data.qpos)[ints(this.model.jnt_qposadr)[this.id('mjOBJ_JOINT', name)]];
  }

  /** Puts a body that hangs fixed in the world at a place, turned by yaw about z. */
  placeFixed(body: string, position: Vec3, yaw: number): void {
    const id = this.id('mjOBJ_BODY', body);
    floats(this.model.body_pos).set(position, 3 * id);
    floats(this.model.body_quat).set([Math.cos(yaw / 2), 0, 0, Math.sin(yaw / 2)], 4 * id);
  }

  /** Puts a body that a free joint of the same name carries at a place. */
  placeFree(body: string, position: Vec3, yaw: number): void {
    const at = ints(this.model.jnt_qposadr)[this.id('mjOBJ_JOINT', body)];
    floats(this.data.qpos).set([...position, Math.cos(yaw / 2), 0, 0, Math.sin(yaw / 2)], at);
  }

  paint(geom: string, colour: Rgba): void {
    (this.model.geom_rgba as Float32Array).set(colour, 4 * this.id('mjOBJ_GEOM', geom));
  }

  /** Whether two named geoms touch now. */
  touching(one: string, other: string): boolean {
    const [a, b] = [this.id('mjOBJ_GEOM', one), this.id('mjOBJ_GEOM', other)];
    const contacts = this.data.contact;
    let found = false;
    for (let i = 0; i < this.data.ncon && !found; i++) {
      const contact = contacts.get(i);
      if (!contact) continue;
      found = (contact.geom1 === a && contact.geom2 === b) || (contact.geom1 === b && contact.geom2 === a);
      contact.delete();
    }
    contacts.delete();
    return found;
  }

  delete(): void {
    this.jacobianPosition.delete();
    this.jacobianRotation.delete();
    this.data.delete();
    this.model.delete();
  }
}

const floats = (view: unknown) => view as Float64Array;
const ints = (view: unknown) => view as Int32Array;

function vector(view: unknown, index: number): Vec3 {
  return Array.from(floats(view).subarray(3 * index, 3 * index + 3)) as Vec3;
}

/** Of a row-major rotation matrix: x, y, z, w with w >= 0 (Shepperd's choice of the largest term). */
export function quaternion(m: readonly number[]): [number, number, number, number] {
  const squares = [
    1 + m[0] - m[4] - m[8],
    1 - m[0] + m[4] - m[8],
    1 - m[0] - m[4] + m[8],
    1 + m[0] + m[4] + m[8],
  ];
  const largest = squares.indexOf(Math.max(...squares));
  const twice = Math.sqrt(squares[largest]);
  const sums = [
    [squares[0], m[1] + m[3], m[2] + m[6], m[7] - m[5]],
    [m[1] + m[3], squares[1], m[5] + m[7], m[2] - m[6]],
    [m[2] + m[6], m[5] + m[7], squares[2], m[3] - m[1]],
    [m[7] - m[5], m[2] - m[6], m[3] - m[1], squares[3]],
  ][largest];
  const sign = sums[3] < 0 ? -1 : 1;
  return sums.map((x) => (sign * x) / (2 * twice)) as [number, number, number, number];
}
