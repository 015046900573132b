/** The MJCF of a task: RLBench's table in its world frame, the robot behind it, the task's objects on it. */

import { PANDA_ACTUATORS, PANDA_ASSETS, PANDA_DEFAULTS, PANDA_EQUALITY, pandaBody } from './panda.ts';
import { BASE_X } from './tasks/placing.ts';
import { TABLE_HEIGHT } from './tasks/task.ts';
import type { Task } from './tasks/task.ts';
import { TIMESTEP } from './world.ts';

/** Metres of the plate that the robot is screwed to. */
const PLATE = 0.03;

const leg = (x: number, y: number) =>
  `<geom class="visual" type="box" size="0.035 0.035 0.356" pos="${x} ${y} 0.356" material="joint"/>`;

export function sceneOf(task: Pick<Task, 'name' | 'assets' | 'bodies'>): string {
  return `<mujoco model="${task.name}">
  <compiler angle="radian" autolimits="true"/>
  <option timestep="${TIMESTEP}" integrator="implicitfast" impratio="10" cone="elliptic"/>
  <size memory="2M"/>
  <default>${PANDA_DEFAULTS}</default>
  <asset>
    <material name="wood" rgba="0.72 0.56 0.41 1" roughness="0.6" metallic="0"/>
    ${PANDA_ASSETS}
    ${task.assets}
  </asset>
  <worldbody>
    <geom class="visual" type="box" size="0.66 0.68 0.02" pos="0.04 0 ${TABLE_HEIGHT - 0.02}" material="wood"/>
    <geom class="solid" type="box" size="0.66 0.68 0.02" pos="0.04 0 ${TABLE_HEIGHT - 0.02}" friction="0.8 0.01 0.001"/>
    ${leg(-0.54, -0.58)}${leg(-0.54, 0.58)}
    <geom class="visual" type="box" size="0.14 0.11 ${PLATE / 2}" pos="${BASE_X - 0.04} 0 ${TABLE_HEIGHT + PLATE / 2}" material="steel"/>
    ${pandaBody(`${BASE_X} 0 ${TABLE_HEIGHT + PLATE}`)}
    ${task.bodies}
  </worldbody>
  <contact><exclude body1="left_finger" body2="right_finger"/></contact>
  <equality>${PANDA_EQUALITY}</equality>
  <actuator>${PANDA_ACTUATORS}</actuator>
</mujoco>`;
}
