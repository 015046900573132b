/** The simulator's robot as three.js draws it, posed by forward kinematics, and RLBench's table. */
import {
  BufferAttribute,
  BufferGeometry,
  CanvasTexture,
  Group,
  type Material,
  Matrix4,
  Mesh,
  MeshLambertMaterial,
  MeshStandardMaterial,
  SRGBColorSpace,
  Vector3,
} from 'three';
import { boxOf, capsuleOf, cylinderOf } from '../../simulator/renderer.ts';
import { TABLE_HEIGHT } from '../../simulator/tasks/task.ts';
import { woodCanvas } from '../../simulator/texture.ts';
import type { Keeper } from './keeper.ts';
import { baseOf, bodyPoses, type JointValues } from './kinematics.ts';
import type { Model, Shape } from './mjcf.ts';
import type { Surroundings } from './surroundings.ts';
import { translationOf, type Transform } from './transform.ts';

/** Table legs are left out: the view ends a hand's breadth under the table top. */
const VIEW_ENDS = TABLE_HEIGHT - 0.1;

export class Robot {
  readonly group = new Group();
  readonly #arm = new Group();
  readonly #table = new Group();
  readonly #model: Model;
  readonly #bodies: Group[];

  constructor(model: Model, keeper: Keeper) {
    this.#model = model;
    const materials = materialsOf(model, keeper);
    this.#bodies = model.bodies.map(({ parent, shapes }) => {
      const body = new Group();
      body.matrixAutoUpdate = false;
      for (const shape of shapes) {
        if (parent < 0 && translationOf(shape.place)[2] < VIEW_ENDS) continue;
        const mesh = new Mesh(keeper.keep(geometryOf(model, shape)), materials[shape.material]);
        mesh.matrixAutoUpdate = false;
        setMatrix(mesh.matrix, shape.place);
        mesh.castShadow = mesh.receiveShadow = true;
        if (shape.material === 'wood') this.#table.add(mesh);
        else body.add(mesh);
      }
      this.#arm.add(body);
      return body;
    });
    this.group.add(this.#table, this.#arm);
  }

  /** At RLBench's table there is also the plate that the robot is screwed to, whether or not it is drawn. */
  stand({ base, table }: Pick<Surroundings, 'base' | 'table'>): void {
    const own = baseOf(this.#model);
    this.#table.visible = table === 'rlbench';
    this.#arm.visible = base !== null || table === 'rlbench';
    this.#arm.position.set(...(base ?? own)).sub(new Vector3(...own));
  }

  /** Null hides the arm. */
  pose(values: JointValues | null): void {
    const poses = bodyPoses(this.#model, values ?? {});
    this.#bodies.forEach((body, i) => {
      setMatrix(body.matrix, poses[i]);
      body.visible = i === 0 || values !== null;
    });
  }
}

function setMatrix(matrix: Matrix4, t: Transform): void {
  matrix.set(t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7], t[8], t[9], t[10], t[11], 0, 0, 0, 1);
}

function geometryOf(model: Model, { kind, size: [x, y, z], mesh }: Shape): BufferGeometry {
  switch (kind) {
    case 'box':
      return boxOf(x, y, z);
    case 'cylinder':
      return cylinderOf(x, y);
    case 'capsule':
      return capsuleOf(x, y);
    case 'mesh':
      return meshOf(model.meshes[mesh]);
  }
}

function meshOf({ vertices, faces }: Model['meshes'][string]): BufferGeometry {
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(Float32Array.from(vertices), 3));
  geometry.setIndex(faces);
  geometry.computeVertexNormals();
  return geometry;
}

function materialsOf({ materials }: Model, keeper: Keeper): Record<string, Material> {
  const entries = Object.entries(materials).map(
    ([name, look]) => [name, keeper.keep(materialOf(name, look, keeper))] as const,
  );
  return Object.fromEntries(entries);
}

function materialOf(name: string, look: Model['materials'][string], keeper: Keeper): Material {
  if (name === 'wood') return new MeshLambertMaterial({ map: wood(keeper) });
  const { roughness, metalness } = look;
  const material = new MeshStandardMaterial({ roughness, metalness });
  material.color.setRGB(...look.colour, SRGBColorSpace);
  return material;
}

function wood(keeper: Keeper) {
  const texture = keeper.keep(new CanvasTexture(woodCanvas(1024)));
  texture.colorSpace = SRGBColorSpace;
  texture.anisotropy = 8;
  return texture;
}
