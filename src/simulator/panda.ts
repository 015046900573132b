/**
 * Franka Panda in MJCF, our own: the maker's modified DH parameters, limits and hand dimensions
 * (frankaemika/docs control_parameters, franka_hand.xacro) dressed in primitives and surfaces of revolution.
 */
import { LOWER_LIMITS, UPPER_LIMITS } from '../demos/pandaLimits.ts';

import { latheMesh, rounded } from './lathe.ts';

export const ARM_JOINTS = ['j1', 'j2', 'j3', 'j4', 'j5', 'j6', 'j7'] as const;

/** Radians: RLBench's starting pose, tip at [0.2785, -0.0082, 1.472] m, tilted 14 degrees toward the camera. */
export const HOME = [-0.011, 0.2143, -0.0059, -0.8818, 0.0054, 1.3385, 0.7706];

/** Radians. */
/** Radians a second. */
export const VELOCITY_LIMITS = [2.175, 2.175, 2.175, 2.175, 2.61, 2.61, 2.61];

/** Metres each finger travels. */
export const FINGER_STROKE = 0.04;
/** Metres from the TCP to the end of the fingers. */
export const FINGERTIP_BEYOND_TCP = 0.0088;

const POSITION_GAINS = [4500, 4500, 3500, 3500, 2000, 2000, 2000];
const TORQUE_LIMITS = [87, 87, 87, 87, 12, 12, 12];
/** A tenth of the position gain: adding this many seconds of velocity to a command cancels the servo's lag. */
export const SERVO_LAG_SECONDS = 0.1;

const turned = (x: number) => `${Math.cos(x / 2)} 0 0 ${Math.sin(x / 2)}`;
const PLUS_X = '0.70710678 0.70710678 0 0';
const MINUS_X = '0.70710678 -0.70710678 0 0';

export const PANDA_ASSETS = [
  '<material name="shell" rgba="0.9 0.905 0.91 1" roughness="0.4" metallic="0"/>',
  '<material name="joint" rgba="0.25 0.26 0.28 1" roughness="0.5" metallic="0"/>',
  '<material name="steel" rgba="0.62 0.64 0.67 1" roughness="0.35" metallic="0.55"/>',
  '<material name="rubber" rgba="0.12 0.125 0.13 1" roughness="0.8" metallic="0"/>',
  latheMesh(
    'foot',
    rounded(
      [
        [0, 0],
        [0.098, 0],
        [0.092, 0.05],
        [0.068, 0.1],
        [0.063, 0.145],
        [0, 0.145],
      ],
      0.018,
    ),
  ),
  latheMesh(
    'column',
    rounded(
      [
        [0, -0.186],
        [0.062, -0.186],
        [0.058, -0.05],
        [0.056, 0.0],
        [0, 0.0],
      ],
      0.012,
    ),
  ),
  latheMesh(
    'drum',
    rounded(
      [
        [0, -0.062],
        [0.06, -0.062],
        [0.06, 0.062],
        [0, 0.062],
      ],
      0.016,
    ),
  ),
  latheMesh(
    'upperArm',
    rounded(
      [
        [0, 0],
        [0.058, 0],
        [0.054, 0.1],
        [0.06, 0.192],
        [0, 0.192],
      ],
      0.012,
    ),
  ),
  latheMesh(
    'elbowSleeve',
    rounded(
      [
        [0, -0.122],
        [0.06, -0.122],
        [0.056, -0.02],
        [0.05, 0.025],
        [0, 0.025],
      ],
      0.014,
    ),
  ),
  latheMesh(
    'smallDrum',
    rounded(
      [
        [0, -0.058],
        [0.053, -0.058],
        [0.053, 0.058],
        [0, 0.058],
      ],
      0.014,
    ),
  ),
  latheMesh(
    'sleeve',
    rounded(
      [
        [0, 0.02],
        [0.05, 0.02],
        [0.055, 0.125],
        [0, 0.125],
      ],
      0.012,
    ),
  ),
  latheMesh(
    'foreArm',
    rounded(
      [
        [0, -0.257],
        [0.056, -0.257],
        [0.06, -0.19],
        [0.05, -0.07],
        [0.046, 0.0],
        [0, 0.0],
      ],
      0.02,
    ),
  ),
  latheMesh(
    'wrist',
    rounded(
      [
        [0, -0.05],
        [0.048, -0.05],
        [0.048, 0.055],
        [0, 0.055],
      ],
      0.014,
    ),
  ),
  latheMesh(
    'cuff',
    rounded(
      [
        [0, -0.045],
        [0.046, -0.045],
        [0.048, 0.03],
        [0.041, 0.078],
        [0, 0.078],
      ],
      0.014,
    ),
  ),
].join('\n');

interface Link {
  pos: string;
  quat: string;
  mass: number;
  centre: string;
  inertia: string;
  shape: string;
}

const mesh = (name: string, material: string, place = '') =>
  `<geom class="visual" type="mesh" mesh="${name}" material="${material}" ${place}/>`;
const disc = (radius: number, from: string, to: string, material: string) =>
  `<geom class="visual" type="cylinder" size="${radius}" fromto="${from} ${to}" material="${material}"/>`;
const capsule = (radius: number, from: string, to: string, material = 'shell') =>
  `<geom class="visual" type="capsule" size="${radius}" fromto="${from} ${to}" material="${material}"/>`;

const LINKS: Link[] = [
  {
    pos: '0 0 0.333',
    quat: '1 0 0 0',
    mass: 3,
    centre: '0 -0.02 -0.05',
    inertia: '0.05 0.05 0.03',
    shape:
      mesh('column', 'shell') +
      mesh('drum', 'shell', `quat="${PLUS_X}"`) +
      disc(0.049, '0 -0.068 0', '0 0.068 0', 'joint'),
  },
  {
    pos: '0 0 0',
    quat: MINUS_X,
    mass: 3,
    centre: '0 -0.07 0.03',
    inertia: '0.05 0.03 0.05',
    shape: mesh('upperArm', 'shell', `quat="${PLUS_X}"`) + disc(0.054, '0 -0.19 0', '0 -0.198 0', 'joint'),
  },
  {
    pos: '0 -0.316 0',
    quat: PLUS_X,
    mass: 2.5,
    centre: '0.04 0.02 -0.05',
    inertia: '0.03 0.03 0.03',
    shape:
      mesh('elbowSleeve', 'shell') +
      capsule(0.05, '0.01 0 -0.01', '0.0825 0 0') +
      mesh('smallDrum', 'shell', `pos="0.0825 0 0" quat="${PLUS_X}"`) +
      disc(0.043, '0.0825 -0.064 0', '0.0825 0.064 0', 'joint'),
  },
  {
    pos: '0.0825 0 0',
    quat: PLUS_X,
    mass: 2.5,
    centre: '-0.04 0.06 0.02',
    inertia: '0.03 0.03 0.03',
    shape:
      capsule(0.049, '0 0 0', '-0.0825 0.05 0') +
      mesh('sleeve', 'shell', `pos="-0.0825 0 0" quat="${MINUS_X}"`) +
      disc(0.052, '-0.0825 0.122 0', '-0.0825 0.13 0', 'joint'),
  },
  {
    pos: '-0.0825 0.384 0',
    quat: MINUS_X,
    mass: 2.5,
    centre: '0 0.03 -0.1',
    inertia: '0.03 0.03 0.03',
    shape:
      mesh('foreArm', 'shell') +
      mesh('wrist', 'shell', `quat="${PLUS_X}"`) +
      disc(0.039, '0 -0.061 0', '0 0.056 0', 'joint'),
  },
  {
    pos: '0 0 0',
    quat: PLUS_X,
    mass: 1.5,
    centre: '0.05 0 0',
    inertia: '0.01 0.01 0.01',
    shape: capsule(0.045, '0 0 0', '0.088 0 0'),
  },
  {
    pos: '0.088 0 0',
    quat: PLUS_X,
    mass: 0.7,
    centre: '0 0 0.07',
    inertia: '0.005 0.005 0.005',
    shape:
      mesh('cuff', 'shell') +
      disc(0.04, '0 0 0.076', '0 0 0.1', 'joint') +
      disc(0.0315, '0 0 0.1', '0 0 0.107', 'steel'),
  },
];

const finger = (name: string, side: 1 | -1) => `
  <body name="${name}" pos="0 0 0.0584" gravcomp="1">
    <joint name="${name}" class="finger" axis="0 ${side} 0"/>
    <inertial pos="0 ${0.01 * side} 0.03" mass="0.03" diaginertia="0.00002 0.00002 0.00001"/>
    <geom class="visual" type="box" size="0.0105 0.009 0.012" pos="0 ${0.0125 * side} 0.012" material="steel"/>
    <geom class="visual" type="box" size="0.0095 0.0062 0.018" pos="0 ${0.0078 * side} 0.035" material="rubber"/>
    <geom name="${name}_pad" class="pad" type="box" size="0.0095 0.0075 0.0139" pos="0 ${0.0075 * side} 0.0399"/>
  </body>`;

const HAND = `
  <body name="hand" pos="0 0 0.107" quat="${turned(-Math.PI / 4)}" gravcomp="1">
    <inertial pos="0 0 0.03" mass="0.73" diaginertia="0.001 0.0025 0.0017"/>
    <geom class="visual" type="box" size="0.031 0.101 0.026" pos="0 0 0.034" material="shell"/>
    <geom class="visual" type="box" size="0.0315 0.055 0.011" pos="0 0 0.01" material="shell"/>
    <geom class="visual" type="box" size="0.024 0.093 0.004" pos="0 0 0.0595" material="joint"/>
    <geom class="solid" type="box" size="0.031 0.101 0.031" pos="0 0 0.032"/>
    <site name="tcp" pos="0 0 0.1034" quat="0 0 0 1"/>
    ${finger('left_finger', 1)}
    ${finger('right_finger', -1)}
  </body>`;

/** <default> classes that the robot's parts use. */
export const PANDA_DEFAULTS = `
  <default class="arm"><joint damping="1" armature="0.1"/></default>
  <default class="finger"><joint type="slide" range="0 ${FINGER_STROKE}" damping="10" armature="0.1"/></default>
  <default class="visual"><geom contype="0" conaffinity="0" group="2"/></default>
  <default class="solid"><geom contype="1" conaffinity="1" group="3"/></default>
  <default class="pad"><geom contype="1" conaffinity="1" group="3" condim="4" friction="1.5 0.02 0.0005" solref="0.01 1"/></default>`;

/** The robot's body with its base at `pos` (MJCF vector). The site "tcp" has RLBench's tip frame. */
export function pandaBody(pos: string): string {
  const arm = LINKS.reduceRight((inner, link, i) => {
    const name = ARM_JOINTS[i];
    return `<body name="link${i + 1}" pos="${link.pos}" quat="${link.quat}" gravcomp="1">
      <inertial pos="${link.centre}" mass="${link.mass}" diaginertia="${link.inertia}"/>
      <joint name="${name}" class="arm" axis="0 0 1" range="${LOWER_LIMITS[i]} ${UPPER_LIMITS[i]}"/>
      ${link.shape}${inner}</body>`;
  }, HAND);
  return `<body name="link0" pos="${pos}">
    ${mesh('foot', 'shell')}
    <geom class="visual" type="box" size="0.065 0.06 0.03" pos="-0.085 0 0.032" material="shell"/>
    ${disc(0.056, '0 0 0.143', '0 0 0.15', 'joint')}
    ${arm}</body>`;
}

/** Position servos for the seven joints, then the gripper (control: metres one finger stands open). */
export const PANDA_ACTUATORS = [
  ...ARM_JOINTS.map(
    (joint, i) =>
      `<position name="${joint}" joint="${joint}" kp="${POSITION_GAINS[i]}" kv="${POSITION_GAINS[i] * SERVO_LAG_SECONDS}" forcerange="${-TORQUE_LIMITS[i]} ${TORQUE_LIMITS[i]}"/>`,
  ),
  `<position name="gripper" joint="left_finger" kp="600" kv="40" forcerange="-30 30" ctrlrange="0 ${FINGER_STROKE}"/>`,
].join('\n');

/** The fingers move together. */
export const PANDA_EQUALITY =
  '<joint joint1="left_finger" joint2="right_finger" solref="0.005 1" solimp="0.95 0.99 0.001"/>';
