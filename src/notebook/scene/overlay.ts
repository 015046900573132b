/** What is drawn into the space: path, keypoints, options, named positions, the gripper's frame. */
import {
  ConeGeometry,
  CylinderGeometry,
  Group,
  GridHelper,
  Mesh,
  MeshBasicMaterial,
  Quaternion,
  Vector3,
} from 'three';
import type { Vec3 } from '../../demos/demonstration.ts';
import { TABLE_HEIGHT } from '../../simulator/tasks/task.ts';
import { pathOf, type OptionInSpace, type SceneContent } from './content.ts';
import type { Keeper } from './keeper.ts';
import { polyline, segments, Stem } from './lines.ts';
import { keypointMark, Mark, namedMark, nowMark, optionMark } from './marks.ts';
import type { Palette } from './palette.ts';

const AXIS = 0.09;
const ARROW_RADIUS = 0.006;
const HEAD = 0.034;

export class Overlay {
  readonly group = new Group();
  readonly marks: Mark[] = [];
  readonly #path: Vec3[];
  readonly #past: ReturnType<typeof polyline>[];
  readonly #keypoints: { frame: number; ahead: Mark; past: Mark }[];
  readonly #content: SceneContent;
  readonly #ground: number;
  readonly #now: Mark;
  readonly #stem: Stem;
  readonly #axes: Group;

  constructor(keeper: Keeper, content: SceneContent, palette: Palette) {
    this.#content = content;
    this.#path = pathOf(content.motion);
    this.#ground = content.table ? TABLE_HEIGHT : Math.min(...this.#path.map((p) => p[2])) - 0.02;
    if (!content.table) this.group.add(grid(keeper, this.#path[0], this.#ground, palette.ink));
    if (content.ahead) {
      const stroke = { colour: palette.ink, width: 1.6, opacity: 0.6, dash: 0.014 };
      const ahead = polyline(keeper, this.#path, stroke);
      ahead.material.depthWrite = false;
      ahead.renderOrder = -1;
      this.group.add(ahead);
    }
    this.#past = [
      polyline(keeper, this.#path, { colour: palette.dark, width: 5 }),
      polyline(keeper, this.#path, { colour: palette.light, width: 2.6 }),
    ];
    this.#past.forEach((line, i) => {
      line.material.transparent = true;
      line.renderOrder = i;
    });
    this.#past[0].material.depthWrite = false;
    this.#keypoints = content.keypoints.map((frame, i) => ({
      frame,
      ahead: this.#mark(keypointMark(keeper, palette, i + 1, false)).at(this.#path[frame]),
      past: this.#mark(keypointMark(keeper, palette, i + 1, true)).at(this.#path[frame]),
    }));
    this.#now = this.#mark(nowMark(keeper, palette));
    this.#stem = new Stem(keeper, palette.now, 0.9);
    this.#axes = axes(keeper, palette);
    this.group.add(...this.#past, this.#stem.group, this.#axes);
    for (const option of content.options) this.#addOption(keeper, option, palette);
    for (const { position, label } of content.named) {
      this.#mark(namedMark(keeper, palette, label)).at(position);
      this.group.add(new Stem(keeper, palette.think, 0.7).at(position, this.#ground).group);
    }
  }

  pose(frame: number): void {
    const now = this.#path[frame];
    for (const line of this.#past) {
      line.geometry.instanceCount = frame;
      line.visible = frame > 0;
    }
    for (const keypoint of this.#keypoints) {
      const past = keypoint.frame <= frame;
      keypoint.past.group.visible = past;
      keypoint.ahead.group.visible = !past && this.#content.ahead;
    }
    this.#now.at(now);
    this.#stem.at(now, this.#ground);
    const { gripperPose } = this.#content.motion;
    this.#axes.position.set(...now);
    this.#axes.quaternion.fromArray(gripperPose, 7 * frame + 3).normalize();
    this.#axes.visible = !this.#content.arm;
  }

  #mark(mark: Mark): Mark {
    this.marks.push(mark);
    this.group.add(mark.group);
    return mark;
  }

  #addOption(keeper: Keeper, { letter, position, from }: OptionInSpace, palette: Palette): void {
    const colour = palette.options[letter];
    const { right } = this.#content;
    const state = right === null ? 'plain' : right === letter ? 'right' : 'faint';
    const opacity = state === 'faint' ? 0.4 : 1;
    this.#mark(optionMark(keeper, palette, letter, state)).at(position);
    if (from) this.group.add(...arrow(keeper, from, position, colour, opacity));
    else this.group.add(new Stem(keeper, colour, 0.85 * opacity).at(position, this.#ground).group);
  }
}

/** Shaft and head; nothing where there is no way to go. */
function arrow(keeper: Keeper, from: Vec3, to: Vec3, colour: string, opacity: number): Mesh[] {
  const [start, end] = [new Vector3(...from), new Vector3(...to)];
  const way = end.clone().sub(start);
  const length = way.length();
  if (length < HEAD) return [];
  const turn = new Quaternion().setFromUnitVectors(new Vector3(0, 1, 0), way.normalize());
  const material = keeper.keep(
    new MeshBasicMaterial({ color: colour, toneMapped: false, transparent: opacity < 1, opacity }),
  );
  const shaft = length - HEAD;
  return [
    { geometry: new CylinderGeometry(ARROW_RADIUS, ARROW_RADIUS, shaft, 16), middle: shaft / 2 },
    { geometry: new ConeGeometry(2.4 * ARROW_RADIUS, HEAD, 20), middle: shaft + HEAD / 2 },
  ].map(({ geometry, middle }) => {
    const mesh = new Mesh(keeper.keep(geometry), material);
    mesh.quaternion.copy(turn);
    mesh.position.copy(start).addScaledVector(way, middle);
    return mesh;
  });
}

/** The gripper's own x, y and z in red, green and blue. */
function axes(keeper: Keeper, { x, y, z }: Palette): Group {
  const group = new Group();
  [x, y, z].forEach((colour, k) => {
    const end: Vec3 = [0, 0, 0];
    end[k] = AXIS;
    group.add(segments(keeper, [[0, 0, 0], end], { colour, width: 3.5 }));
  });
  return group;
}

function grid(keeper: Keeper, [x, y]: Vec3, ground: number, ink: string): GridHelper {
  const made = keeper.keep(new GridHelper(1.6, 16, ink, ink));
  made.material.transparent = true;
  made.material.opacity = 0.18;
  made.rotateX(Math.PI / 2);
  made.position.set(Math.round(10 * x) / 10, Math.round(10 * y) / 10, ground);
  return made;
}
