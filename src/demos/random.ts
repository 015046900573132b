/** Seeded random numbers: the same on every machine, in the page and in Node. */

/** Uniform in [0, 1) with 32 bits, sfc32 (PractRand's small fast counter) seeded by a hash of the parts. */
export type Random = () => number;

/** @param seed numbers and strings; each combination gives its own stream. */
export function seededRandom(...seed: (number | string)[]): Random {
  let [a, b, c, d] = hash128(seed.join('\u001f'));
  const next = () => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return (t >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 15; i++) next();
  return next;
}

export function uniform(random: Random, low: number, high: number): number {
  return low + (high - low) * random();
}

/** Fisher-Yates, in a copy. */
export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
}

/** Four 32-bit words by FNV-1a with different offsets, each finished with murmur3's mixer. */
function hash128(text: string): [number, number, number, number] {
  const words = [0x811c9dc5, 0x01000193, 0x9e3779b9, 0x85ebca6b];
  for (let k = 0; k < 4; k++) {
    let h = words[k] | 0;
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    words[k] = h ^ (h >>> 16);
  }
  return words as [number, number, number, number];
}
