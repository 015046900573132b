/** Draws a scene onto an OffscreenCanvas with three.js: only when told to. */
import {
  DirectionalLight,
  NeutralToneMapping,
  PCFShadowMap,
  PerspectiveCamera,
  Scene,
  SRGBColorSpace,
  Vector3,
  WebGLRenderer,
} from 'three';
import type { Vec3 } from '../../demos/demonstration.ts';
import { lights } from '../../simulator/renderer.ts';
import { TABLE_HEIGHT } from '../../simulator/tasks/task.ts';
import { CameraStand } from './cameraStand.ts';
import { frustumAt, homeOf, type SceneContent } from './content.ts';
import { Keeper } from './keeper.ts';
import { emptyScene, jointsAt } from './kinematics.ts';
import { Overlay } from './overlay.ts';
import type { Palette } from './palette.ts';
import { Robot } from './robot.ts';

/** Degrees, where no camera says otherwise. */
const FIELD_OF_VIEW = 40;
/** Metres that are drawn in front of an eye that stands between so and so far from its target at home. */
const [NEAR, FAR] = [0.03, 30];
const [NEAREST_HOME, FARTHEST_HOME] = [1, 4];
/** Metres, where the key light's shadows fall at RLBench's table. */
const SHADED = new Vector3(0.2, 0, TABLE_HEIGHT);

export interface GpuMemory {
  geometries: number;
  textures: number;
}

export class SceneDrawing {
  readonly #webgl: WebGLRenderer;
  readonly #scene = new Scene();
  readonly #camera = new PerspectiveCamera(FIELD_OF_VIEW, 1);
  /** Robot, table and lights live as long as the drawing, what a demonstration adds only until the next one. */
  readonly #lasting = new Keeper();
  readonly #passing = new Keeper();
  readonly #robot: Robot;
  readonly #lights = lights();
  readonly #keyAt = this.#lights.key.position.clone();
  #content: SceneContent | null = null;
  #overlay: Overlay | null = null;
  #stand: CameraStand | null = null;
  #height = 1;
  /** Device pixels a CSS pixel, at full sharpness. */
  #ratio = 1;
  /** Signalled when the GPU has drawn. */
  #fence: WebGLSync | null = null;

  /** @throws Error where the browser gives no WebGL 2 */
  constructor(canvas: OffscreenCanvas) {
    this.#webgl = new WebGLRenderer({ canvas, antialias: true, alpha: true });
    this.#webgl.outputColorSpace = SRGBColorSpace;
    this.#webgl.toneMapping = NeutralToneMapping;
    this.#webgl.shadowMap.enabled = true;
    this.#webgl.shadowMap.type = PCFShadowMap;
    this.#webgl.shadowMap.autoUpdate = false;
    this.#camera.up.set(0, 0, 1);
    this.#robot = new Robot(emptyScene(), this.#lasting);
    this.#scene.add(this.#robot.group);
    for (const light of Object.values(this.#lights)) {
      this.#scene.add(light);
      if (!(light instanceof DirectionalLight)) continue;
      light.shadow.mapSize.set(1024, 1024);
      this.#lasting.keep(light.shadow);
    }
  }

  /** In place of what was shown; stays at frame 0 until posed. */
  show(content: SceneContent, palette: Palette): void {
    this.#clear();
    this.#content = content;
    this.#overlay = new Overlay(this.#passing, content, palette);
    this.#scene.add(this.#overlay.group);
    const frustum = frustumAt(content, 0);
    if (frustum) {
      this.#stand = new CameraStand(this.#passing, frustum, palette.ink);
      this.#scene.add(this.#stand.group);
    }
    this.#camera.fov = frustum?.fieldOfView ?? FIELD_OF_VIEW;
    this.#robot.stand(content);
    const home = homeOf(content);
    this.#camera.near = NEAR * Math.min(1, home.distance / NEAREST_HOME);
    this.#camera.far = FAR * Math.max(1, home.distance / FARTHEST_HOME);
    this.#shade(content, home.target);
    this.#fit();
    this.pose(0);
  }

  pose(frame: number): void {
    if (!this.#content) return;
    this.#robot.pose(this.#content.base ? jointsAt(this.#content.motion, frame) : null);
    this.#overlay?.pose(frame);
    const frustum = frustumAt(this.#content, frame);
    if (frustum) this.#stand?.move(frustum);
    this.#stand?.seenFrom(this.#camera.position.toArray());
    this.#webgl.shadowMap.needsUpdate = true;
  }

  /** The camera's picture, upside down; null where there is none. */
  hang(bitmap: ImageBitmap | null): void {
    if (this.#stand) this.#stand.hang(bitmap);
    else bitmap?.close();
  }

  look(eye: Vec3, target: Vec3): void {
    this.#camera.position.set(...eye);
    this.#camera.lookAt(...target);
    this.#stand?.seenFrom(eye);
  }

  /** @param ratio device pixels a CSS pixel */
  resize(width: number, height: number, ratio: number): void {
    this.#ratio = ratio;
    this.#webgl.setPixelRatio(ratio);
    this.#webgl.setSize(width, height, false);
    this.#camera.aspect = width / height;
    this.#height = height;
    this.#fit();
  }

  /** @param sharpness share of the screen's pixels a side, up to 1 */
  draw(sharpness = 1): void {
    const ratio = sharpness * this.#ratio;
    if (ratio !== this.#webgl.getPixelRatio()) this.#webgl.setPixelRatio(ratio);
    this.#webgl.render(this.#scene, this.#camera);
    const gl = this.#gl;
    gl.deleteSync(this.#fence);
    this.#fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
  }

  /** Whether the GPU is still at the last drawing; not when its context was lost. */
  busy(): boolean {
    const gl = this.#gl;
    return this.#fence !== null && gl.getSyncParameter(this.#fence, gl.SYNC_STATUS) === gl.UNSIGNALED;
  }

  memory(): GpuMemory {
    const { geometries, textures } = this.#webgl.info.memory;
    return { geometries, textures };
  }

  /** Gives everything back. @returns what is still held: no more than three's own shared table */
  dispose(): GpuMemory {
    this.#clear();
    this.#lasting.release();
    const left = this.memory();
    this.#webgl.dispose();
    this.#webgl.forceContextLoss();
    return left;
  }

  get #gl(): WebGL2RenderingContext {
    return this.#webgl.getContext() as WebGL2RenderingContext;
  }

  #clear(): void {
    if (this.#overlay) this.#scene.remove(this.#overlay.group);
    if (this.#stand) this.#scene.remove(this.#stand.group);
    [this.#overlay, this.#stand, this.#content] = [null, null, null];
    this.#passing.release();
  }

  /** Shadows fall on what stands there; elsewhere than at RLBench's table the key light goes along. */
  #shade({ table, ground }: SceneContent, [x, y]: Vec3): void {
    const { key } = this.#lights;
    const away = table === 'rlbench' ? new Vector3() : new Vector3(x, y, ground).sub(SHADED);
    key.position.copy(this.#keyAt).add(away);
    key.target.matrixWorld.setPosition(away);
  }

  #fit(): void {
    this.#camera.updateProjectionMatrix();
    const unit = (2 * Math.tan((this.#camera.fov * Math.PI) / 360)) / this.#height;
    for (const mark of this.#overlay?.marks ?? []) mark.scale(unit);
  }
}
