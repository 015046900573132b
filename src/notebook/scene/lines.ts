/** Lines of a width in CSS pixels, and the thin stems that tie a point in the air to the ground. */
import { CircleGeometry, Group, Mesh, MeshBasicMaterial } from 'three';
import { Line2 } from 'three/examples/jsm/lines/Line2.js';
import { LineGeometry } from 'three/examples/jsm/lines/LineGeometry.js';
import { LineMaterial } from 'three/examples/jsm/lines/LineMaterial.js';
import { LineSegments2 } from 'three/examples/jsm/lines/LineSegments2.js';
import { LineSegmentsGeometry } from 'three/examples/jsm/lines/LineSegmentsGeometry.js';
import type { Vec3 } from '../../demos/demonstration.ts';
import type { Keeper } from './keeper.ts';

export interface Stroke {
  colour: string;
  /** CSS pixels. */
  width: number;
  opacity?: number;
  /** Metres of dash and gap. */
  dash?: number;
}

/** Through the points in their order. */
export function polyline(keeper: Keeper, points: Vec3[], stroke: Stroke): Line2 {
  const geometry = keeper.keep(new LineGeometry());
  geometry.setPositions(points.flat());
  const line = new Line2(geometry, materialOf(keeper, stroke));
  if (stroke.dash) line.computeLineDistances();
  return line;
}

/** From the first point to the second, the third to the fourth, and so on. */
export function segments(keeper: Keeper, points: Vec3[], stroke: Stroke): LineSegments2 {
  const geometry = keeper.keep(new LineSegmentsGeometry());
  geometry.setPositions(points.flat());
  const lines = new LineSegments2(geometry, materialOf(keeper, stroke));
  if (stroke.dash) lines.computeLineDistances();
  return lines;
}

/** A vertical line of length one down to a disc: how far up a point is, and above which spot. */
export class Stem {
  readonly group = new Group();
  readonly #line: LineSegments2;

  constructor(keeper: Keeper, colour: string, opacity: number, scale: number) {
    const stroke = { colour, width: 1.5, opacity };
    this.#line = segments(
      keeper,
      [
        [0, 0, 0],
        [0, 0, 1],
      ],
      stroke,
    );
    const foot = new Mesh(
      keeper.keep(new CircleGeometry(0.011 * scale, 28)),
      keeper.keep(
        new MeshBasicMaterial({
          color: colour,
          transparent: true,
          opacity,
          toneMapped: false,
          polygonOffset: true,
          polygonOffsetFactor: -4,
          polygonOffsetUnits: -4,
        }),
      ),
    );
    this.group.add(this.#line, foot);
  }

  at([x, y, z]: Vec3, ground: number): this {
    this.group.position.set(x, y, ground + 0.001);
    this.#line.scale.z = z - ground;
    return this;
  }
}

function materialOf(keeper: Keeper, { colour, width, opacity = 1, dash = 0 }: Stroke): LineMaterial {
  return keeper.keep(
    new LineMaterial({
      color: colour,
      linewidth: width,
      transparent: opacity < 1,
      opacity,
      toneMapped: false,
      dashed: dash > 0,
      dashSize: dash,
      gapSize: dash,
    }),
  );
}
