/** What a path hangs over where that is not RLBench's table: a plain table, or a grid. */
import { GridHelper, Mesh, MeshLambertMaterial, type Object3D } from 'three';
import { boxOf } from '../../simulator/renderer.ts';
import { boundsOf, centreOf } from './bounds.ts';
import { pathOf, type SceneContent } from './content.ts';
import type { Keeper } from './keeper.ts';
import type { Palette } from './palette.ts';
import { UNDER } from './surroundings.ts';

/** Half the metres that a plain table's top is thick. */
const HALF_THICK = 0.02;
/** Of a table with positions under it. */
const SEEN_THROUGH = 0.45;
/** Along a side. */
const SQUARES = 16;

export function groundOf(keeper: Keeper, content: SceneContent, palette: Palette): Object3D[] {
  const { table, ground, square, motion } = content;
  if (table === 'rlbench') return [];
  if (table) {
    const [x, y] = [0, 1].map((k) => (table.high[k] - table.low[k]) / 2);
    const geometry = keeper.keep(boxOf(x, y, HALF_THICK));
    const over = boundsOf(pathOf(motion)).low[2] >= ground - UNDER;
    const look = {
      color: palette.table,
      opacity: over ? 1 : SEEN_THROUGH,
      transparent: !over,
      depthWrite: over,
    };
    const top = new Mesh(geometry, keeper.keep(new MeshLambertMaterial(look)));
    top.renderOrder = over ? 0 : -2;
    top.position.set(table.low[0] + x, table.low[1] + y, ground - HALF_THICK);
    top.receiveShadow = true;
    return [top];
  }
  const grid = keeper.keep(new GridHelper(SQUARES * square, SQUARES, palette.ink, palette.ink));
  grid.material.transparent = true;
  grid.material.opacity = 0.18;
  grid.rotateX(Math.PI / 2);
  const [x, y] = centreOf(boundsOf(pathOf(motion))).map((v) => square * Math.round(v / square));
  grid.position.set(x, y, ground);
  return [grid];
}
