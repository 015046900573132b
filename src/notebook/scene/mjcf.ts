/** Reads what is drawn out of the simulator's own MJCF, so that a look around needs no physics engine. */
import type { Vec3 } from '../../demos/demonstration.ts';
import { fromQuaternion, identity, type Transform } from './transform.ts';

export interface Joint {
  name: string;
  type: 'hinge' | 'slide';
  /** Unit vector in the body's frame. */
  axis: Vec3;
}

export interface Shape {
  kind: 'box' | 'cylinder' | 'capsule' | 'mesh';
  /** MuJoCo's size: half lengths, or radius and half length along z. Zeros for a mesh. */
  size: Vec3;
  /** Name of the mesh, empty for the other kinds. */
  mesh: string;
  material: string;
  /** In the body's frame. */
  place: Transform;
}

export interface Body {
  name: string;
  /** Index of the parent, always smaller than the body's own; -1 for the world itself. */
  parent: number;
  /** In the parent's frame, all joints at zero. */
  place: Transform;
  joint: Joint | null;
  shapes: Shape[];
}

export interface Model {
  /** The world first, then parents before children. */
  bodies: Body[];
  /** Frames fixed to a body, by name. */
  sites: Record<string, { body: number; place: Transform }>;
  meshes: Record<string, { vertices: number[]; faces: number[] }>;
  materials: Record<string, { colour: Vec3; roughness: number; metalness: number }>;
}

interface Element {
  tag: string;
  attributes: Record<string, string>;
  children: Element[];
}

const TAG = /<(\/?)(\w+)((?:\s+\w+="[^"]*")*)\s*(\/?)>/g;
/** MJCF class of the geoms that are seen; the others only collide. */
const SEEN = 'visual';

/**
 * Bodies, drawn geoms, meshes and materials of a scene as src/simulator/scene.ts writes it.
 * @throws Error naming a geom type that cannot be drawn
 */
export function readModel(mjcf: string): Model {
  const root = elements(mjcf);
  const assets = child(root, 'asset').children;
  const model: Model = {
    bodies: [],
    sites: {},
    meshes: Object.fromEntries(
      assets
        .filter(({ tag }) => tag === 'mesh')
        .map(({ attributes: a }) => [a.name, { vertices: numbers(a.vertex), faces: numbers(a.face) }]),
    ),
    materials: Object.fromEntries(
      assets
        .filter(({ tag }) => tag === 'material')
        .map(({ attributes: a }) => [
          a.name,
          {
            colour: numbers(a.rgba).slice(0, 3) as Vec3,
            roughness: Number(a.roughness),
            metalness: Number(a.metallic),
          },
        ]),
    ),
  };
  addBody(model, child(root, 'worldbody'), -1);
  return model;
}

function elements(text: string): Element {
  const root: Element = { tag: '', attributes: {}, children: [] };
  const open = [root];
  for (const [, closes, tag, attributes, empty] of text.matchAll(TAG)) {
    if (closes) {
      open.pop();
      continue;
    }
    const pairs = [...attributes.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value] as const);
    const element: Element = { tag, attributes: Object.fromEntries(pairs), children: [] };
    open[open.length - 1].children.push(element);
    if (!empty) open.push(element);
  }
  return child(root, 'mujoco');
}

function child(element: Element, tag: string): Element {
  const found = element.children.find((c) => c.tag === tag);
  if (!found) throw new Error(`the scene's MJCF has no <${tag}>`);
  return found;
}

function addBody(model: Model, { attributes, children }: Element, parent: number): void {
  const joint = children.find((c) => c.tag === 'joint');
  const index = model.bodies.length;
  model.bodies.push({
    name: attributes.name ?? 'world',
    parent,
    place: placeOf(attributes),
    joint: joint ? jointOf(joint.attributes) : null,
    shapes: children
      .filter((c) => c.tag === 'geom' && c.attributes.class === SEEN)
      .map((c) => shapeOf(c.attributes)),
  });
  for (const c of children) {
    if (c.tag === 'site') model.sites[c.attributes.name] = { body: index, place: placeOf(c.attributes) };
    if (c.tag === 'body') addBody(model, c, index);
  }
}

function jointOf(attributes: Record<string, string>): Joint {
  return {
    name: attributes.name,
    type: attributes.class === 'finger' ? 'slide' : 'hinge',
    axis: numbers(attributes.axis) as Vec3,
  };
}

function shapeOf(attributes: Record<string, string>): Shape {
  const { type, mesh = '', material, fromto } = attributes;
  if (type !== 'box' && type !== 'cylinder' && type !== 'capsule' && type !== 'mesh')
    throw new Error(`a geom of type "${type}" cannot be drawn: use box, cylinder, capsule or mesh`);
  const [x, y = 0, z = 0] = numbers(attributes.size ?? '0');
  if (!fromto) return { kind: type, size: [x, y, z], mesh, material, place: placeOf(attributes) };
  const { place, half } = along(numbers(fromto));
  return { kind: type, size: [x, half, 0], mesh, material, place };
}

/** MuJoCo's reading of fromto: centre in the middle, the geom's z toward the first point. */
function along([x1, y1, z1, x2, y2, z2]: number[]): { place: Transform; half: number } {
  const d = [x1 - x2, y1 - y2, z1 - z2];
  const length = Math.hypot(...d);
  const [x, y, z] = d.map((v) => v / length);
  const turn = z < -1 + 1e-12 ? [1, 0, 0, 0] : [-y, x, 0, 1 + z];
  const centre: Vec3 = [(x1 + x2) / 2, (y1 + y2) / 2, (z1 + z2) / 2];
  return { place: fromQuaternion(centre, turn), half: length / 2 };
}

function placeOf({ pos, quat }: Record<string, string>): Transform {
  if (!pos && !quat) return identity;
  const [w, x, y, z] = quat ? numbers(quat) : [1, 0, 0, 0];
  return fromQuaternion((pos ? numbers(pos) : [0, 0, 0]) as Vec3, [x, y, z, w]);
}

function numbers(text: string): number[] {
  return text.trim().split(/\s+/).map(Number);
}
