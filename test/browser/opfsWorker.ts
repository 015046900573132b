/** The browser's file store in a worker, where it can write: what opfs.spec.ts asks of it, step by step. */
import { expose } from 'comlink';
import { opfsStore } from '../../src/hub/opfsStore.ts';

const store = opfsStore();

async function write(path: string, from: number | null, pieces: number[][]): Promise<void> {
  const writer = await store.append(path, from);
  try {
    for (const piece of pieces) await writer.write(Uint8Array.from(piece));
  } finally {
    await writer.close();
  }
}

const trials = {
  write,
  list: (folder: string) => store.list(folder),
  remove: (path: string) => store.remove(path),

  async read(path: string): Promise<number[] | null> {
    const blob = await store.open(path);
    return blob && [...new Uint8Array(await blob.arrayBuffer())];
  },

  /** @returns what the second writer of one file is told, and who would remove the folder that it is in. */
  async whileWritten(path: string, folder: string): Promise<string[]> {
    const first = await store.append(path, null);
    const told = (work: Promise<void>) =>
      work.then(
        () => 'nothing',
        ({ message }: Error) => message,
      );
    try {
      return [await told(write(path, null, [[1]])), await told(store.remove(folder))];
    } finally {
      await first.close();
    }
  },
};

export type Trials = typeof trials;

expose(trials);
