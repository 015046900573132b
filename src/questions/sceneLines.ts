/** What a prompt tells of a world that is not RLBench's: what is known of it, and which axis each word means. */
import type { Scene } from '../demos/scene.ts';
import type { Viewpoint } from './question.ts';

/** In the place of the line that speaks of a Franka. */
export function foreignRole({ robot }: Scene): string {
  return `You assist a robot${robot ? ` (${robot})` : ''}: you plan its movements and carry them out.`;
}

/** The axes first, then what a movement's prompt leaves out. */
export function fullSceneLines(scene: Scene, viewpoint: Viewpoint): string[] {
  const frame = scene.frame ? ` in ${scene.frame}` : '; the data name no frame';
  return [
    `Coordinates in metres${frame}: forward means +X, backward -X, ${sideways(viewpoint).join(', ')}, up +Z, down -Z.`,
    ...(scene.table === null ? [] : [`The table's surface is at Z = ${scene.table}.`]),
    `The robot's position is ${scene.position}${scene.gripper === null ? '' : `, its gripper ${scene.gripper}`}.`,
  ];
}

export function compactSceneLine(scene: Scene, viewpoint: Viewpoint): string {
  const [right] = sideways(viewpoint);
  const frame = scene.frame ? `, ${scene.frame}` : '';
  const table = scene.table === null ? '' : `; table at z ${scene.table}`;
  return `Axes (m${frame}): forward +x, ${right.toLowerCase()}, up +z${table}.`;
}

/** Right first: as movement.ts has it. */
function sideways(viewpoint: Viewpoint): [right: string, left: string] {
  return viewpoint === 'camera' ? ['right +Y', 'left -Y'] : ['right -Y', 'left +Y'];
}
