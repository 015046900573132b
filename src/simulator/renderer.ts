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
  SRGBColorSpace,
  Vector3,
  WebGLRenderer,
} from 'three';
import { RoundedBoxGeometry } from 'three/examples/jsm/geometries/RoundedBoxGeometry.js';
import { FIELD_OF_VIEW_DEGREES, FRONT_DIRECTION, FRONT_POSITION } from './camera.ts';
import { wallCanvas, woodCanvas } from './texture.ts';
import type { World } from './world.ts';

/** MJCF group of geoms that only collide. */
const COLLISION_GROUP = 3;
const MATERIAL_DEFAULT_GREY = 0.5;

export class Renderer {
  readonly canvas: OffscreenCanvas;
  private readonly webgl: WebGLRenderer;
  private readonly camera: PerspectiveCamera;
  private readonly scenes = new Map<World, { scene: Scene; meshes: Map<number, Mesh> }>();

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
    this.camera.position.set(...FRONT_POSITION);
    this.camera.lookAt(new Vector3(...FRONT_POSITION).add(new Vector3(...FRONT_DIRECTION)));
  }

  /** Draws the world as it stands onto the canvas. */
  draw(world: World): void {
    const { scene, meshes } = this.scenes.get(world) ?? this.build(world);
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
    this.webgl.render(scene, this.camera);
  }

  private build(world: World) {
    const scene = new Scene();
    scene.background = texture(wallCanvas(256));
    scene.add(...lights());
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
    const built = { scene, meshes };
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
  const sky = new HemisphereLight(new Color(0.93, 0.96, 1), new Color(0.5, 0.43, 0.37), 1.25);
  sky.position.set(0, 0, 1);
  const key = new DirectionalLight(new Color(1, 0.96, 0.9), 2.3);
  key.position.set(1.05, -0.75, 3.2);
  key.target.position.set(0.05, 0, 0.752);
  key.castShadow = true;
  key.shadow.mapSize.set(640, 640);
  key.shadow.radius = 3;
  key.shadow.bias = -0.0004;
  key.shadow.normalBias = 0.012;
  Object.assign(key.shadow.camera, { left: -0.95, right: 0.95, top: 0.95, bottom: -0.95, near: 0.5, far: 5 });
  const fill = new DirectionalLight(new Color(0.85, 0.92, 1), 0.5);
  fill.position.set(1.5, 1.5, 1.4);
  return [sky, key, key.target, fill];
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
  const id = (model.geom_matid as Int32Array)[geom];
  if (model.mat(id).name === 'wood') return new MeshLambertMaterial({ map: wood });
  const [r, g, b] = (model.mat_rgba as Float32Array).subarray(4 * id, 4 * id + 3);
  const material = new MeshStandardMaterial({
    roughness: (model.mat_roughness as Float32Array)[id],
    metalness: (model.mat_metallic as Float32Array)[id],
  });
  material.color.setRGB(r, g, b, SRGBColorSpace);
  return material;
}

function texture(canvas: OffscreenCanvas) {
  const made = new CanvasTexture(canvas);
  made.colorSpace = SRGBColorSpace;
  return made;
}
