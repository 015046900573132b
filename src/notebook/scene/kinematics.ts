/** Where the simulator's Panda is when its joints are where a demonstration says. */
import type { Demonstration, Vec3 } from '../../demos/demonstration.ts';
import { ARM_JOINTS, FINGER_STROKE } from '../../simulator/panda.ts';
import { sceneOf } from '../../simulator/scene.ts';
import { readModel, type Joint, type Model } from './mjcf.ts';
import { compose, fromQuaternion, translationOf, type Transform } from './transform.ts';

/** Joint values by name: radians, or metres where a joint slides. Joints not named are at zero. */
export type JointValues = Readonly<Record<string, number>>;

/** The robot at its table, without a task's objects. */
export function emptyScene(): Model {
  return readModel(sceneOf({ name: 'look', assets: '', bodies: '' }));
}

/** Body to world for every body of the model, in its order (forward kinematics). */
export function bodyPoses({ bodies }: Pick<Model, 'bodies'>, values: JointValues): Transform[] {
  const poses: Transform[] = [];
  for (const { parent, place, joint } of bodies) {
    const moved = joint ? compose(place, motion(joint, values[joint.name] ?? 0)) : place;
    poses.push(parent < 0 ? moved : compose(poses[parent], moved));
  }
  return poses;
}

/** Gripper tip to world: RLBench's tip frame, the one of Demonstration.gripperPose. */
export function tipPose(model: Model, values: JointValues): Transform {
  const { body, place } = model.sites.tcp;
  return compose(bodyPoses(model, values)[body], place);
}

/** Values of arm and fingers at a frame, half open where that is not known; null where the demonstration has no seven joint positions. */
export function jointsAt(
  demo: Pick<Demonstration, 'length' | 'jointPositions' | 'gripperOpen'>,
  frame: number,
): JointValues | null {
  const { length, jointPositions, gripperOpen } = demo;
  if (!jointPositions || jointPositions.length !== length * ARM_JOINTS.length) return null;
  const arm = ARM_JOINTS.map((name, j) => [name, jointPositions[ARM_JOINTS.length * frame + j]] as const);
  const finger = FINGER_STROKE * Math.min(1, Math.max(0, gripperOpen?.[frame] ?? 0.5));
  return Object.fromEntries([...arm, ['left_finger', finger], ['right_finger', finger]]);
}

/** Where the model's own base stands: at RLBench's table. */
export function baseOf({ bodies }: Pick<Model, 'bodies'>): Vec3 {
  return translationOf(bodies.find(({ name }) => name === 'link0')!.place);
}

function motion({ type, axis }: Joint, value: number): Transform {
  if (type === 'slide') {
    return fromQuaternion([value * axis[0], value * axis[1], value * axis[2]], [0, 0, 0, 1]);
  }
  const s = Math.sin(value / 2);
  return fromQuaternion([0, 0, 0], [s * axis[0], s * axis[1], s * axis[2], Math.cos(value / 2)]);
}
