import { expect, test, vi } from 'vitest';
import type { Bundle } from '../demos/demonstration.ts';
import { frameUrl } from './frameUrls.ts';

test('the URL that was not asked for the longest is given back, one that could not be made is made anew', async () => {
  const revoked = vi.spyOn(URL, 'revokeObjectURL');
  let damaged = true;
  const read = (_demonstration: string, _camera: string, frame: number) =>
    frame === 1000 && damaged
      ? Promise.reject(new Error('damaged'))
      : Promise.resolve({ bytes: new Uint8Array([frame % 256]), mime: 'image/png' as const });
  const bundle = { frames: { read } } as unknown as Bundle;
  const at = (frame: number) => frameUrl(bundle, 'a', 'front', frame);

  const urls = await Promise.all(Array.from({ length: 300 }, (_, frame) => at(frame)));
  expect(new Set(urls).size).toBe(300);
  expect(await at(0)).toBe(urls[0]);
  expect(revoked).not.toHaveBeenCalled();
  await at(300);
  expect(revoked.mock.calls).toEqual([[urls[1]]]);
  expect(await at(0)).toBe(urls[0]);

  await expect(at(1000)).rejects.toThrow('damaged');
  damaged = false;
  expect(await at(1000)).toMatch(/^blob:/);
  revoked.mockRestore();
});
