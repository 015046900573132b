import { seededRandom, shuffled } from '../demos/random.ts';

/**
 * The `count` items from `position` on in an endless series of epochs, each the whole list in a new seeded order.
 * The same position always gives the same items, so a resumed run draws what an unbroken one would have drawn.
 */
export function drawFrom<T>(items: readonly T[], seed: number, position: number, count: number): T[] {
  const drawn: T[] = [];
  while (drawn.length < count) {
    const at = position + drawn.length;
    const epoch = Math.floor(at / items.length);
    const order = shuffled(seededRandom(seed, 'epoch', epoch), items);
    drawn.push(...order.slice(at % items.length, (at % items.length) + count - drawn.length));
  }
  return drawn;
}
