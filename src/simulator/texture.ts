/** The two painted surfaces: an oak table and the wall behind it. Low contrast, so that pictures compress well. */

import { seededRandom, uniform } from '../demos/random.ts';

const BOARDS = 7;

/** Square canvas; the boards run along the canvas's width. */
export function woodCanvas(size: number): OffscreenCanvas {
  const { canvas, pen } = easel(size, size);
  const random = seededRandom('wood');
  const board = size / BOARDS;
  for (let i = 0; i < BOARDS; i++) {
    pen.fillStyle = tone(uniform(random, -4, 4));
    pen.fillRect(0, i * board, size, board + 1);
    for (let k = 0; k < 12; k++) drawGrain(pen, random, i * board, board, size);
    pen.fillStyle = 'rgba(70, 44, 24, 0.35)';
    pen.fillRect(0, i * board, size, Math.max(1, size / 500));
  }
  return canvas;
}

/**
 * A wall in soft light, brighter toward the table: fills the picture behind everything.
 * @param tint factors of red, green and blue
 */
export function wallCanvas(
  size: number,
  tint: readonly [number, number, number] = [1, 1, 1],
): OffscreenCanvas {
  const paint = (...rgb: number[]) =>
    `rgb(${rgb.map((x, k) => Math.min(255, Math.round(x * tint[k]))).join(', ')})`;
  const { canvas, pen } = easel(size, size);
  const light = pen.createRadialGradient(0.5 * size, 0.6 * size, 0, 0.5 * size, 0.6 * size, 0.8 * size);
  light.addColorStop(0, paint(214, 217, 219));
  light.addColorStop(1, paint(178, 184, 189));
  pen.fillStyle = light;
  pen.fillRect(0, 0, size, size);
  return canvas;
}

function easel(width: number, height: number) {
  const canvas = new OffscreenCanvas(width, height);
  const pen = canvas.getContext('2d');
  if (!pen) throw new Error('no 2d context for textures: this browser cannot draw on an OffscreenCanvas');
  return { canvas, pen };
}

function tone(shift: number): string {
  const [r, g, b] = [203, 169, 131].map((c) => Math.round(c + shift));
  return `rgb(${r}, ${g}, ${b})`;
}

function drawGrain(
  pen: OffscreenCanvasRenderingContext2D,
  random: () => number,
  top: number,
  board: number,
  size: number,
) {
  const y = top + uniform(random, 0.02, 0.98) * board;
  const wave = uniform(random, -0.06, 0.06) * board;
  pen.strokeStyle = random() < 0.6 ? 'rgba(120, 80, 45, 0.09)' : 'rgba(255, 230, 195, 0.10)';
  pen.lineWidth = uniform(random, 0.6, 2.4);
  pen.beginPath();
  pen.moveTo(0, y);
  pen.bezierCurveTo(size / 3, y + wave, (2 * size) / 3, y - wave, size, y + wave / 2);
  pen.stroke();
}
