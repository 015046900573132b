/** Curves as a picture file, in the colours of the theme that is on. */
import { themeColour } from '../themeColour.ts';
import { figureSvg, type Figure } from '../views/figureSvg.ts';

/** Pixels of the picture for one of the figure. */
const SCALE = 2;

export async function drawFigure(kind: 'svg' | 'png', figures: Figure[]): Promise<Blob> {
  const svg = new Blob([figureSvg(figures, themeColour)], { type: 'image/svg+xml' });
  return kind === 'svg' ? svg : toPng(svg);
}

async function toPng(svg: Blob): Promise<Blob> {
  const image = new Image();
  image.src = URL.createObjectURL(svg);
  try {
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [SCALE * image.width, SCALE * image.height];
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    const png = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (!png) throw new Error('this browser could not draw so large a picture: save it as SVG');
    return png;
  } finally {
    URL.revokeObjectURL(image.src);
  }
}
