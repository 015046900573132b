/** What holds memory on the GPU until it is let go. */
interface Disposable {
  dispose(): void;
}

/** Remembers everything that must be disposed of together. */
export class Keeper {
  readonly #things = new Set<Disposable>();

  keep<T extends Disposable>(thing: T): T {
    this.#things.add(thing);
    return thing;
  }

  release(): void {
    for (const thing of this.#things) thing.dispose();
    this.#things.clear();
  }
}
