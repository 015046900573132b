/** Marks that always face the viewer and keep their size on the screen, like those drawn into the picture. */
import { CanvasTexture, Group, Sprite, SpriteMaterial, SRGBColorSpace } from 'three';
import type { Vec3 } from '../../demos/demonstration.ts';
import type { OptionLetter } from '../../questions/question.ts';
import { OPTION_MARKS } from '../views/optionMarks.ts';
import type { Keeper } from './keeper.ts';
import type { Palette } from './palette.ts';

type Pen = OffscreenCanvasRenderingContext2D;

/** Canvas pixels a mark: sharp up to three device pixels a CSS pixel. */
const SIZE = 108;
/** How much of a mark shines through what stands before it. */
const GHOST = 0.3;
const FONT = 'Inter, system-ui, sans-serif';

export class Mark {
  readonly group = new Group();
  readonly #sprites: Sprite[];
  readonly #pixels: [number, number];

  /** @param pixels width and height in CSS pixels */
  constructor(keeper: Keeper, canvas: OffscreenCanvas, pixels: [number, number], opacity = 1) {
    this.#pixels = pixels;
    const map = keeper.keep(new CanvasTexture(canvas));
    map.colorSpace = SRGBColorSpace;
    this.#sprites = [false, true].map((depthTest) => {
      const material = keeper.keep(
        new SpriteMaterial({
          map,
          depthTest,
          depthWrite: false,
          sizeAttenuation: false,
          toneMapped: false,
          opacity: depthTest ? opacity : GHOST * opacity,
        }),
      );
      const sprite = new Sprite(material);
      keeper.keep(sprite.geometry);
      sprite.renderOrder = depthTest ? 3 : 2;
      return sprite;
    });
    this.group.add(...this.#sprites);
  }

  at(position: Vec3): this {
    this.group.position.set(...position);
    return this;
  }

  /** @param unit size at distance one that covers a CSS pixel */
  scale(unit: number): void {
    for (const sprite of this.#sprites) sprite.scale.set(unit * this.#pixels[0], unit * this.#pixels[1], 1);
  }
}

export function optionMark(
  keeper: Keeper,
  palette: Palette,
  letter: OptionLetter,
  state: 'plain' | 'faint' | 'right',
) {
  const { path, ink, drop, font } = OPTION_MARKS[letter];
  const { canvas, pen } = easel(state === 'right' ? 36 : 27);
  if (state === 'right') {
    circle(pen, 16.2);
    strokes(pen, [palette.light, 3], [palette.right, 1.9]);
  }
  const shape = new Path2D(path);
  pen.fillStyle = palette.options[letter];
  pen.fill(shape);
  pen.lineJoin = 'round';
  pen.lineWidth = 1.8;
  pen.strokeStyle = palette.light;
  pen.stroke(shape);
  write(pen, letter, palette[ink], font, drop);
  const pixels = state === 'right' ? 40 : 30;
  return new Mark(keeper, canvas, [pixels, pixels], state === 'faint' ? 0.45 : 1);
}

/** Numbered from 1; dark once it is past, as on the picture. */
export function keypointMark(keeper: Keeper, { light, dark }: Palette, number: number, past: boolean): Mark {
  const { canvas, pen } = easel(24);
  const [fill, ink] = past ? [dark, light] : [light, dark];
  circle(pen, 9.5);
  pen.fillStyle = fill;
  pen.fill();
  strokes(pen, [ink, 1.4]);
  write(pen, String(number), ink, number > 9 ? 10 : 12, 0.6);
  return new Mark(keeper, canvas, [23, 23]);
}

/** The ring around the gripper's place at this frame. */
export function nowMark(keeper: Keeper, { dark, now }: Palette): Mark {
  const { canvas, pen } = easel(24);
  circle(pen, 8.5);
  strokes(pen, [dark, 5, 0.75], [now, 3]);
  return new Mark(keeper, canvas, [20, 20]);
}

/** A cross with a ring, as on the picture, and its name beside it. */
export function namedMark(keeper: Keeper, { dark, think }: Palette, label: string): Mark {
  const width = 24 + 2 * (10 + 7.2 * label.length);
  const { canvas, pen } = easel(24, width);
  pen.beginPath();
  pen.moveTo(-9, 0);
  pen.lineTo(9, 0);
  pen.moveTo(0, -9);
  pen.lineTo(0, 9);
  pen.moveTo(5, 0);
  pen.arc(0, 0, 5, 0, 2 * Math.PI);
  strokes(pen, [dark, 3.6, 0.8], [think, 1.8]);
  pen.font = `600 12px ${FONT}`;
  pen.textBaseline = 'middle';
  pen.lineJoin = 'round';
  pen.strokeStyle = dark;
  pen.lineWidth = 3.4;
  pen.strokeText(label, 12, 0.5);
  pen.fillStyle = think;
  pen.fillText(label, 12, 0.5);
  return new Mark(keeper, canvas, [width, 24]);
}

/** A canvas whose pen works in units with the origin in the middle. */
function easel(height: number, width = height): { canvas: OffscreenCanvas; pen: Pen } {
  const scale = SIZE / height;
  const canvas = new OffscreenCanvas(Math.ceil(width * scale), SIZE);
  const pen = canvas.getContext('2d')!;
  pen.translate(canvas.width / 2, canvas.height / 2);
  pen.scale(scale, scale);
  return { canvas, pen };
}

function circle(pen: Pen, radius: number): void {
  pen.beginPath();
  pen.arc(0, 0, radius, 0, 2 * Math.PI);
}

function strokes(pen: Pen, ...layers: [colour: string, width: number, opacity?: number][]): void {
  for (const [colour, width, opacity = 1] of layers) {
    pen.globalAlpha = opacity;
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.stroke();
  }
  pen.globalAlpha = 1;
}

function write(pen: Pen, text: string, colour: string, size: number, y: number): void {
  pen.font = `700 ${size}px ${FONT}`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillStyle = colour;
  pen.fillText(text, 0, y);
}
