/** Draws a MuJoCo world from the front camera with three.js. Needs OffscreenCanvas and WebGL 2: a browser's worker or page. */

import {
  BoxGeometry,
  BufferAttribute,
  BufferGeometry,
  CanvasTexture,
  CapsuleGeometry,
  Color,
  CylinderGeometry,
  DirectionalLight,
  HemisphereLight,
  Matrix4,
  Mesh,
  MeshLambertMaterial,
  MeshStandardMaterial,
  NeutralToneMapping,
  PCFShadowMap,
  PerspectiveCamera,
  Scene,
  SphereGeometry,
  SRGBColorSpace,
  Vector3,
  WebGLRenderer,
} from 'three';
import { RoundedBoxGeometry } from 'three/examples/jsm/geometries/RoundedBoxGeometry.js';
import { FIELD_OF_VIEW_DEGREES, directionOf } from './camera.ts';
import type { View } from './camera.ts';
import { PLAIN_LOOKS } from './looks.ts';
import type { Looks, Tint } from './looks.ts';
import { wallCanvas, woodCanvas } from './texture.ts';
import type { World } from './world.ts';

/** MJCF group of geoms that only collide. */
const COLLISION_GROUP = 3;
const MATERIAL_DEFAULT_GREY = 0.5;
const SKY_INTENSITY = 1.25;
const KEY_INTENSITY = 2.3;
const KEY_COLOUR = [1, 0.96, 0.9] as const;
const KEY_POSITION = [1.05, -0.75, 3.2] as const;

/** What is built once a world. */
interface Stage {
  scene: Scene;
  meshes: Map<number, Mesh>;
  lights: ReturnType<typeof lights>;
  /** How it looks now. */
  looks: Looks;
}

export class Renderer {
  readonly canvas: OffscreenCanvas;
  private readonly webgl: WebGLRenderer;
  private readonly camera: PerspectiveCamera;
  private readonly scenes = new Map<World, Stage>();

  /** @throws Error where the browser gives no WebGL 2. */
  constructor(size: number) {
    this.canvas = new OffscreenCanvas(size, size);
    this.webgl = new WebGLRenderer({ canvas: this.canvas, antialias: true });
    this.webgl.outputColorSpace = SRGBColorSpace;
    this.webgl.toneMapping = NeutralToneMapping;
    this.webgl.shadowMap.enabled = true;
    this.webgl.shadowMap.type = PCFShadowMap;
    this.camera = new PerspectiveCamera(FIELD_OF_VIEW_DEGREES, 1, 0.05, 12);
    this.camera.up.set(0, 0, 1);
  }

  /** Draws the world as it stands onto the canvas. */
  draw(world: World, looks = PLAIN_LOOKS): void {
    const stage = this.scenes.get(world) ?? this.build(world);
    if (stage.looks !== looks) dress(stage, world, looks);
    const { scene, meshes } = stage;
    const positions = world.data.geom_xpos as Float64Array;
    const rotations = world.data.geom_xmat as Float64Array;
    const colours = world.model.geom_rgba as Float32Array;
    for (const [geom, mesh] of meshes) {
      place(
        mesh.matrix,
        positions.subarray(3 * geom, 3 * geom + 3),
        rotations.subarray(9 * geom, 9 * geom + 9),
      );
      const rgb = colours.subarray(4 * geom, 4 * geom + 3);
      if (rgb.some((x) => x !== MATERIAL_DEFAULT_GREY)) {
        (mesh.material as MeshStandardMaterial).color.setRGB(rgb[0], rgb[1], rgb[2], SRGBColorSpace);
      }
    }
    aim(this.camera, looks.view);
    this.webgl.render(scene, this.camera);
  }

  private build(world: World): Stage {
    const scene = new Scene();
    scene.background = texture(wallCanvas(256));
    const lamps = lights();
    scene.add(lamps.sky, lamps.key, lamps.key.target, lamps.fill);
    const meshes = new Map<number, Mesh>();
    const wood = texture(woodCanvas(512));
    wood.anisotropy = 4;
    const groups = world.model.geom_group as Int32Array;
    for (let geom = 0; geom < world.model.ngeom; geom++) {
      if (groups[geom] === COLLISION_GROUP) continue;
      const mesh = new Mesh(geometryOf(world, geom), materialOf(world, geom, wood));
      mesh.matrixAutoUpdate = false;
      mesh.receiveShadow = true;
      mesh.castShadow = true;
      scene.add(mesh);
      meshes.set(geom, mesh);
    }
    const built = { scene, meshes, lights: lamps, looks: PLAIN_LOOKS };
    this.scenes.set(world, built);
    return built;
  }

  delete(): void {
    for (const { scene } of this.scenes.values()) {
      scene.traverse((node) => {
        if (node instanceof Mesh) (node.geometry as BufferGeometry).dispose();
      });
    }
    this.webgl.dispose();
  }
}

/** A soft sky, a key light that casts the shadows, a weak fill from the other side. */
export function lights() {
  const sky = new HemisphereLight(new Color(0.93, 0.96, 1), new Color(0.5, 0.43, 0.37), SKY_INTENSITY);
  sky.position.set(0, 0, 1);
  const key = new DirectionalLight(new Color(...KEY_COLOUR), KEY_INTENSITY);
  key.position.set(...KEY_POSITION);
  key.target.position.set(0.05, 0, 0.752);
  key.castShadow = true;
  key.shadow.mapSize.set(640, 640);
  key.shadow.radius = 3;
  key.shadow.bias = -0.0004;
  key.shadow.normalBias = 0.012;
  Object.assign(key.shadow.camera, { left: -0.95, right: 0.95, top: 0.95, bottom: -0.95, near: 0.5, far: 5 });
  const fill = new DirectionalLight(new Color(0.85, 0.92, 1), 0.5);
  fill.position.set(1.5, 1.5, 1.4);
  return { sky, key, fill };
}

function aim(camera: PerspectiveCamera, view: View): void {
  camera.position.set(...view.position);
  camera.lookAt(new Vector3(...view.position).add(new Vector3(...directionOf(view))));
}

/** Gives a stage other looks, from whichever it had. */
function dress(stage: Stage, world: World, looks: Looks): void {
  const { sky, key } = stage.lights;
  const { light, tints } = looks;
  sky.intensity = SKY_INTENSITY * light.sky;
  key.color.setRGB(...mixed(KEY_COLOUR, light.key));
  key.position.set(...KEY_POSITION).add(new Vector3(...light.shift));
  for (const [geom, mesh] of stage.meshes) {
    const material = mesh.material as MeshStandardMaterial;
    const name = materialName(world, geom);
    if (name === 'wood') material.color.setRGB(...mixed([1, 1, 1], tints.table));
    if (name === 'shell') {
      material.color.setRGB(...mixed(materialColour(world, geom), tints.robot), SRGBColorSpace);
    }
  }
  (stage.scene.background as CanvasTexture).dispose();
  stage.scene.background = texture(wallCanvas(256, tints.wall));
  stage.looks = looks;
}

function mixed(colour: Tint, tint: Tint): [number, number, number] {
  return [colour[0] * tint[0], colour[1] * tint[1], colour[2] * tint[2]];
}

function place(matrix: Matrix4, p: Float64Array, r: Float64Array): void {
  matrix.set(r[0], r[1], r[2], p[0], r[3], r[4], r[5], p[1], r[6], r[7], r[8], p[2], 0, 0, 0, 1);
}

/** three's geometry of a MuJoCo geom in the geom's own frame (axis of cylinders and capsules: z). */
function geometryOf(world: World, geom: number): BufferGeometry {
  const { mjtGeom } = world.mujoco;
  const type = (world.model.geom_type as Int32Array)[geom];
  const [x, y, z] = (world.model.geom_size as Float64Array).subarray(3 * geom, 3 * geom + 3);
  switch (type) {
    case mjtGeom.mjGEOM_CAPSULE.value:
      return capsuleOf(x, y);
    case mjtGeom.mjGEOM_CYLINDER.value:
      return cylinderOf(x, y);
    case mjtGeom.mjGEOM_SPHERE.value:
      return new SphereGeometry(x, 28, 20);
    case mjtGeom.mjGEOM_BOX.value:
      return boxOf(x, y, z);
    case mjtGeom.mjGEOM_MESH.value:
      return meshOf(world, (world.model.geom_dataid as Int32Array)[geom]);
    default:
      throw new Error(`geom ${geom} has type ${type}, which the renderer cannot draw`);
  }
}

/** Along z, as MuJoCo has it; metres. */
export function capsuleOf(radius: number, half: number): BufferGeometry {
  return new CapsuleGeometry(radius, 2 * half, 5, 20).rotateX(Math.PI / 2);
}

/** Along z, as MuJoCo has it; metres. */
export function cylinderOf(radius: number, half: number): BufferGeometry {
  return new CylinderGeometry(radius, radius, 2 * half, 24).rotateX(Math.PI / 2);
}

/** Of half lengths in metres. Small boxes get rounded edges; the table top stays plain and keeps its texture. */
export function boxOf(x: number, y: number, z: number): BufferGeometry {
  if (Math.max(x, y, z) > 0.3) return new BoxGeometry(2 * x, 2 * y, 2 * z);
  return new RoundedBoxGeometry(2 * x, 2 * y, 2 * z, 2, 0.45 * Math.min(x, y, z));
}

function meshOf(world: World, mesh: number): BufferGeometry {
  const { model } = world;
  const at = (table: unknown) => (table as Int32Array)[mesh];
  const vertices = (model.mesh_vert as Float32Array).subarray(
    3 * at(model.mesh_vertadr),
    3 * (at(model.mesh_vertadr) + at(model.mesh_vertnum)),
  );
  const faces = (model.mesh_face as Int32Array).subarray(
    3 * at(model.mesh_faceadr),
    3 * (at(model.mesh_faceadr) + at(model.mesh_facenum)),
  );
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(Float32Array.from(vertices), 3));
  geometry.setIndex(new BufferAttribute(Uint32Array.from(faces), 1));
  geometry.computeVertexNormals();
  return geometry;
}

function materialOf(world: World, geom: number, wood: CanvasTexture<OffscreenCanvas>) {
  const { model } = world;
  if (materialName(world, geom) === 'wood') return new MeshLambertMaterial({ map: wood });
  const id = materialId(world, geom);
  const material = new MeshStandardMaterial({
    roughness: (model.mat_roughness as Float32Array)[id],
    metalness: (model.mat_metallic as Float32Array)[id],
  });
  material.color.setRGB(...materialColour(world, geom), SRGBColorSpace);
  return material;
}

function materialId({ model }: World, geom: number): number {
  return (model.geom_matid as Int32Array)[geom];
}

function materialName(world: World, geom: number): string {
  return world.model.mat(materialId(world, geom)).name;
}

function materialColour(world: World, geom: number): [number, number, number] {
  const id = materialId(world, geom);
  const [r, g, b] = (world.model.mat_rgba as Float32Array).subarray(4 * id, 4 * id + 3);
  return [r, g, b];
}

function texture(canvas: OffscreenCanvas) {
  const made = new CanvasTexture(canvas);
  made.colorSpace = SRGBColorSpace;
  return made;
}
