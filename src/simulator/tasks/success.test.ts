/** Each part of each task's success condition: what the expert leaves behind succeeds, and no longer when one part is undone. */
import loadMujoco from '@mujoco/mujoco';
import { afterEach, beforeAll, expect, test } from 'vitest';
import type { Vec3 } from '../../demos/demonstration.ts';
import { FINGER_STROKE } from '../panda.ts';
import { Stage } from '../testing/stage.ts';
import { TABLE_HEIGHT } from './task.ts';

const PATIENCE = 600_000;
/** Joints of arm and fingers. */
const ROBOT = 9;
const LEFT_FINGER = 7;
const RIGHT_FINGER = 8;

let mujoco: Awaited<ReturnType<typeof loadMujoco>>;
let stage: Stage | null = null;
beforeAll(async () => {
  mujoco = await loadMujoco();
});
afterEach(() => {
  stage?.world.delete();
  stage = null;
});

const AXES: Vec3[] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];
const along = (axis: Vec3, metres: number) => axis.map((v) => v * metres) as Vec3;

function set(name: string, variation = 0): Stage {
  stage = new Stage(mujoco, name, variation);
  expect(stage.judge(stage.end)).toBe(true);
  return stage;
}

test.each(['push_button', 'lamp_on'])(
  '%s: the button is pressed past 3 mm',
  (name) => {
    const s = set(name);
    const pressed = (depth: number) => s.judgeJoint('button', -depth);
    expect([0, 0.0025, 0.0029].map(pressed)).toEqual([false, false, false]);
    expect([0.0031, 0.012].map(pressed)).toEqual([true, true]);
  },
  PATIENCE,
);

test(
  'pick_up_cup: both fingers hold the named cup, and it has left its place',
  () => {
    const s = set('pick_up_cup');
    const gripped = s.at(s.flip(0));
    // Grasped, not lifted; nor pulled aside by 7 cm, but by 9.
    expect(s.judge(gripped)).toBe(false);
    expect(s.judge(gripped, s.layoutMoved('cup', 0.07))).toBe(false);
    expect(s.judge(gripped, s.layoutMoved('cup', 0, 0.07))).toBe(false);
    expect(s.judge(gripped, s.layoutMoved('cup', 0.09))).toBe(true);
    expect(s.judge(gripped, s.layoutMoved('cup', 0, 0.09))).toBe(true);
    const lifts = s.episode.configurations.slice(s.flip(0)).map((configuration) => ({
      height: s.pose(configuration, 'cup')[2] - TABLE_HEIGHT,
      success: s.judge(configuration),
    }));
    expect(lifts.map(({ success }) => success)).toEqual(lifts.map(({ height }) => height > 0.12));
    expect(lifts.some(({ height }) => height > 0.05 && height < 0.12)).toBe(true);
    // Gone from its place, not grasped, or by one finger.
    expect(s.judge(s.moved(s.end, 'cup', [0.15, 0, 0]))).toBe(false);
    for (const finger of [LEFT_FINGER, RIGHT_FINGER])
      expect(s.judge(s.with(s.end, { [finger]: FINGER_STROKE }))).toBe(false);
    // The other cup in hand, the named one gone from its place.
    const other = s.put(s.end, 'other_cup', s.pose(s.end, 'cup'));
    expect(s.judge(s.moved(other, 'cup', [0, 0, 0.4]))).toBe(false);
  },
  PATIENCE,
);

test(
  'put_rubbish_in_bin: the rubbish is within the walls, below the rim, and it is the rubbish',
  () => {
    const s = set('put_rubbish_in_bin');
    // Held over the bin.
    expect(s.judge(s.at(s.flip(1) - 1))).toBe(false);
    const { bin } = s.layout.placements;
    const lies = (x: number, y: number, z: number) =>
      s.judge(s.put(s.end, 'rubbish', [bin.x + x, bin.y + y, TABLE_HEIGHT + z, 1, 0, 0, 0]));
    expect([lies(0, 0, 0.01), lies(0.07, 0, 0.01), lies(0, -0.07, 0.01), lies(0, 0, 0.12)]).toEqual(
      Array(4).fill(true),
    );
    expect([lies(0.085, 0, 0.01), lies(0, -0.085, 0.01), lies(0.06, 0.06, 0.01), lies(0, 0, 0.14)]).toEqual(
      Array(4).fill(false),
    );
    const inside = s.pose(s.end, 'rubbish');
    const swapped = s.put(s.end, 'rubbish', s.pose(s.end, 'tomato1'));
    expect(s.judge(s.put(swapped, 'tomato1', inside))).toBe(false);
  },
  PATIENCE,
);

test(
  'phone_on_base: the phone lies on the cradle, and no finger touches it',
  () => {
    const s = set('phone_on_base');
    const held = s.at(s.flip(1) - 1);
    expect(s.judge(held)).toBe(false);
    for (const finger of [LEFT_FINGER, RIGHT_FINGER])
      expect(s.judge(s.with(held, { [finger]: FINGER_STROKE }))).toBe(false);
    // Let go: the same place counts.
    expect(s.judge(s.with(held, { [LEFT_FINGER]: FINGER_STROKE, [RIGHT_FINGER]: FINGER_STROKE }))).toBe(true);
    for (const axis of AXES)
      for (const sign of [-1, 1]) {
        expect(s.judge(s.moved(s.end, 'phone', along(axis, sign * 0.01)))).toBe(true);
        expect(s.judge(s.moved(s.end, 'phone', along(axis, sign * 0.03)))).toBe(false);
      }
    expect(s.judge(s.at(0))).toBe(false);
  },
  PATIENCE,
);

test(
  'take_lid_off_saucepan: both fingers hold the knob, and the lid is over the pan, 8 cm up',
  () => {
    const s = set('take_lid_off_saucepan');
    const { x, y } = s.layout.placements.saucepan;
    const start = s.pose(s.at(0), 'lid');
    expect([start[0] - x, start[1] - y]).toEqual([0, 0]);
    const lifts = s.episode.configurations.slice(s.flip(0)).map((configuration) => ({
      lift: s.pose(configuration, 'lid')[2] - start[2],
      success: s.judge(configuration),
    }));
    expect(lifts.map(({ success }) => success)).toEqual(lifts.map(({ lift }) => lift > 0.08));
    expect(lifts.some(({ lift }) => lift > 0.04 && lift < 0.08)).toBe(true);
    for (const finger of [LEFT_FINGER, RIGHT_FINGER])
      expect(s.judge(s.with(s.end, { [finger]: FINGER_STROKE }))).toBe(false);
    for (const [dx, dy] of [
      [1, 0],
      [0, -1],
    ]) {
      expect(s.judge(s.end, s.layoutMoved('saucepan', 0.09 * dx, 0.09 * dy))).toBe(true);
      expect(s.judge(s.end, s.layoutMoved('saucepan', 0.11 * dx, 0.11 * dy))).toBe(false);
    }
  },
  PATIENCE,
);

test(
  'reach_target: the tip is inside the ball of the named colour, 2.5 cm around its middle',
  () => {
    const s = set('reach_target');
    const tip = s.world.tipPosition();
    const ballAt = (name: string, offset: Vec3) => {
      const place = (from: Vec3) => ({
        x: tip[0] + from[0],
        y: tip[1] + from[1],
        z: tip[2] + from[2] - TABLE_HEIGHT,
        yaw: 0,
      });
      const placements = { ...s.layout.placements, target: place([0.3, 0, 0]), [name]: place(offset) };
      s.task.arrange(s.world, { ...s.layout, placements });
      s.world.setConfiguration(s.end);
      return s.task.succeeded(s.world, s.layout);
    };
    s.judge(s.end);
    expect(ballAt('target', [0, 0, 0])).toBe(true);
    for (const axis of AXES) {
      expect(ballAt('target', along(axis, 0.022))).toBe(true);
      expect(ballAt('target', along(axis, -0.028))).toBe(false);
    }
    expect(ballAt('distractor0', [0, 0, 0])).toBe(false);
    expect(ballAt('distractor1', [0, 0, 0])).toBe(false);
  },
  PATIENCE,
);

test(
  "slide_block_to_target: the block's middle is within 2.5 cm of the square's",
  () => {
    const s = set('slide_block_to_target');
    const { target } = s.layout.placements;
    const lies = (x: number, y: number) =>
      s.judge(s.put(s.end, 'block', [target.x + x, target.y + y, TABLE_HEIGHT, 1, 0, 0, 0]));
    expect([lies(0.023, 0), lies(-0.023, 0), lies(0, 0.023), lies(0, -0.023)]).toEqual(Array(4).fill(true));
    expect([lies(0.027, 0), lies(-0.027, 0), lies(0, 0.027), lies(0, -0.027)]).toEqual(Array(4).fill(false));
    expect(s.judge(s.at(0))).toBe(false);
  },
  PATIENCE,
);

test.each([0, 1, 2])(
  'open_drawer, drawer %i: it and no other is pulled out by more than 15 cm',
  (variation) => {
    const s = set('open_drawer', variation);
    const names = ['bottom', 'middle', 'top'];
    for (const [i, name] of names.entries()) {
      const closed = s.with(s.end, Object.fromEntries(names.map((n) => [s.address(n), 0])));
      const pulled = (metres: number) => s.judge(s.with(closed, { [s.address(name)]: metres }));
      expect([0, 0.14, 0.149, 0.151, 0.19].map(pulled)).toEqual([
        ...Array<boolean>(3).fill(false),
        ...Array<boolean>(2).fill(i === variation),
      ]);
    }
  },
  PATIENCE,
);

test(
  'stack_blocks: every level is filled by a block of the named colour, and none of any colour is held',
  () => {
    const s = set('stack_blocks');
    const aside: Vec3 = [0, 0, 0.4];
    // The tower stands, its top still held, by both fingers or one.
    const held = s.at(s.flip(3) - 1);
    expect(s.judge(held)).toBe(false);
    for (const finger of [LEFT_FINGER, RIGHT_FINGER])
      expect(s.judge(s.with(held, { [finger]: FINGER_STROKE }))).toBe(false);
    expect(s.judge(s.with(held, { [LEFT_FINGER]: FINGER_STROKE, [RIGHT_FINGER]: FINGER_STROKE }))).toBe(true);
    // The tower stands, a block of the other colour in hand.
    const gripping = s.at(s.flip(0));
    const busy = s.put(s.end, 'distractor2', s.pose(gripping, 'block0'));
    busy.set(gripping.subarray(0, ROBOT));
    expect(s.judge(busy)).toBe(false);
    // A level is empty, or its block lies beside its place.
    for (const block of ['block0', 'block1']) {
      expect(s.judge(s.moved(s.end, block, aside))).toBe(false);
      for (const axis of AXES) {
        expect(s.judge(s.moved(s.end, block, along(axis, 0.005)))).toBe(true);
        expect(s.judge(s.moved(s.end, block, along(axis, 0.025)))).toBe(false);
      }
      // A block of the other colour takes its place; then one of the same.
      const empty = s.moved(s.end, block, aside);
      expect(s.judge(s.put(empty, 'distractor0', s.pose(s.end, block)))).toBe(false);
      expect(s.judge(s.put(empty, 'block3', s.pose(s.end, block)))).toBe(true);
    }
    // Two where three are asked for, and a tower beside the square.
    expect(s.judge(s.end, { ...s.layout, variation: 1 })).toBe(false);
    expect(s.judge(s.end, s.layoutMoved('plane', 0.03))).toBe(false);
    expect(s.judge(s.end, s.layoutMoved('plane', 0, 0.03))).toBe(false);
  },
  PATIENCE,
);
