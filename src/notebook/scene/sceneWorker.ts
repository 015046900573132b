/** Draws one 3D view away from the page's thread, only after a change. */
import { expose } from 'comlink';
import type { Vec3 } from '../../demos/demonstration.ts';
import type { SceneContent } from './content.ts';
import { DrawLoop } from './drawLoop.ts';
import type { Palette } from './palette.ts';
import { SceneDrawing, type GpuMemory } from './sceneDrawing.ts';

let drawing: SceneDrawing | null = null;
let wanted: string | null = null;

const loop = new DrawLoop({
  draw: (sharpness) => drawing?.draw(sharpness),
  busy: () => drawing?.busy() ?? false,
});

function redraw(): void {
  if (drawing) loop.change();
}

const face = {
  /** @throws Error where the browser gives no WebGL 2 */
  start(canvas: OffscreenCanvas): void {
    drawing = new SceneDrawing(canvas);
    canvas.addEventListener('webglcontextrestored', redraw);
  },

  show(content: SceneContent, palette: Palette): void {
    drawing?.show(content, palette);
    wanted = null;
    redraw();
  },

  pose(frame: number): void {
    drawing?.pose(frame);
    redraw();
  },

  /** Hangs the picture behind an object URL before the camera, or none; a later call overtakes an earlier one. */
  async hang(url: string | null): Promise<void> {
    if (wanted === url) return;
    wanted = url;
    if (url === null) {
      drawing?.hang(null);
      return redraw();
    }
    const blob = await (await fetch(url)).blob();
    if (wanted !== url) return;
    const bitmap = await createImageBitmap(blob, { imageOrientation: 'flipY' });
    if (wanted !== url || !drawing) return bitmap.close();
    drawing.hang(bitmap);
    redraw();
  },

  look(eye: Vec3, target: Vec3): void {
    drawing?.look(eye, target);
    redraw();
  },

  /** Draws at once: a canvas of a new size is blank. */
  resize(width: number, height: number, ratio: number): void {
    drawing?.resize(width, height, ratio);
    drawing?.draw();
  },

  /** Resolves when all that was asked for is on the canvas, in full. */
  async drawn(): Promise<void> {
    while (!loop.idle) await new Promise((resolve) => requestAnimationFrame(resolve));
  },

  dispose(): GpuMemory {
    const left = drawing?.dispose() ?? { geometries: 0, textures: 0 };
    drawing = null;
    return left;
  },
};

export type SceneWorker = typeof face;

expose(face);
