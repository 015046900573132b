/** What is drawn into the space: the ground, path, keypoints, options, named positions, a marker of the gripper. */
import { ConeGeometry, CylinderGeometry, Group, Mesh, MeshBasicMaterial, Quaternion, Vector3 } from 'three';
import type { Vec3 } from '../../demos/demonstration.ts';
import { pathOf, scaleOf, type OptionInSpace, type SceneContent } from './content.ts';
import { GripperMarker } from './gripperMarker.ts';
import { groundOf } from './ground.ts';
import type { Keeper } from './keeper.ts';
import { polyline, Stem } from './lines.ts';
import { keypointMark, Mark, namedMark, nowMark, optionMark } from './marks.ts';
import type { Palette } from './palette.ts';

/** Metres, at scale one. */
const DASH = 0.014;
const HEAD = 0.034;
const SHAFT_TO_HEAD = 0.006 / HEAD;

export class Overlay {
  readonly group = new Group();
  readonly marks: Mark[] = [];
  readonly #path: Vec3[];
  readonly #past: ReturnType<typeof polyline>[];
  readonly #keypoints: { frame: number; ahead: Mark; past: Mark }[];
  readonly #content: SceneContent;
  readonly #now: Mark;
  readonly #stem: Stem;
  readonly #gripper: GripperMarker | null;
  readonly #scale: number;

  constructor(keeper: Keeper, content: SceneContent, palette: Palette) {
    this.#content = content;
    this.#path = pathOf(content.motion);
    this.#scale = scaleOf(content);
    for (const part of groundOf(keeper, content, palette)) this.group.add(part);
    if (content.ahead) {
      const stroke = { colour: palette.ink, width: 1.6, opacity: 0.6, dash: DASH * this.#scale };
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
    this.#stem = new Stem(keeper, palette.now, 0.9, this.#scale);
    this.#gripper = content.base ? null : new GripperMarker(keeper, palette, knownOf(content), this.#scale);
    this.group.add(...this.#past, this.#stem.group);
    if (this.#gripper) this.group.add(this.#gripper.group);
    for (const option of content.options) this.#addOption(keeper, option, palette);
    for (const { position, label } of content.named) {
      this.#mark(namedMark(keeper, palette, label)).at(position);
      this.group.add(this.#stemAt(keeper, palette.think, 0.7, position).group);
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
    this.#stem.at(now, this.#content.ground);
    const { gripperPose, gripperOpen } = this.#content.motion;
    this.#gripper?.pose(now, gripperPose, 7 * frame + 3, (gripperOpen?.[frame] ?? 0) > 0.5);
  }

  #mark(mark: Mark): Mark {
    this.marks.push(mark);
    this.group.add(mark.group);
    return mark;
  }

  #stemAt(keeper: Keeper, colour: string, opacity: number, position: Vec3): Stem {
    return new Stem(keeper, colour, opacity, this.#scale).at(position, this.#content.ground);
  }

  #addOption(keeper: Keeper, { letter, position, from }: OptionInSpace, palette: Palette): void {
    const colour = palette.options[letter];
    const { right } = this.#content;
    const state = right === null ? 'plain' : right === letter ? 'right' : 'faint';
    const opacity = state === 'faint' ? 0.4 : 1;
    this.#mark(optionMark(keeper, palette, letter, state)).at(position);
    if (from) this.group.add(...arrow(keeper, from, position, colour, opacity, this.#scale));
    else this.group.add(this.#stemAt(keeper, colour, 0.85 * opacity, position).group);
  }
}

function knownOf({ turns, motion }: SceneContent): { turns: boolean; opens: boolean } {
  return { turns, opens: motion.gripperOpen !== null };
}

/** Shaft and head; nothing where there is no way to go. Of a large scene's short way the head takes no more than half. */
function arrow(keeper: Keeper, from: Vec3, to: Vec3, colour: string, opacity: number, scale: number): Mesh[] {
  const [start, end] = [new Vector3(...from), new Vector3(...to)];
  const way = end.clone().sub(start);
  const length = way.length();
  const least = HEAD * Math.min(1, scale);
  if (length < least) return [];
  const head = Math.min(HEAD * scale, Math.max(least, length / 2));
  const radius = SHAFT_TO_HEAD * head;
  const turn = new Quaternion().setFromUnitVectors(new Vector3(0, 1, 0), way.normalize());
  const material = keeper.keep(
    new MeshBasicMaterial({ color: colour, toneMapped: false, transparent: opacity < 1, opacity }),
  );
  const shaft = length - head;
  return [
    { geometry: new CylinderGeometry(radius, radius, shaft, 16), middle: shaft / 2 },
    { geometry: new ConeGeometry(2.4 * radius, head, 20), middle: shaft + head / 2 },
  ].map(({ geometry, middle }) => {
    const mesh = new Mesh(keeper.keep(geometry), material);
    mesh.quaternion.copy(turn);
    mesh.position.copy(start).addScaledVector(way, middle);
    return mesh;
  });
}
