import { StorageFullError, type FileStore } from '../fileStore.ts';

/** @param quota bytes in all that it takes. */
export function memoryFiles(quota = Infinity): FileStore & { files: Map<string, Uint8Array<ArrayBuffer>> } {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const used = () => [...files.values()].reduce((sum, { length }) => sum + length, 0);
  return {
    files,
    list: (folder) =>
      Promise.resolve(
        [...files]
          .filter(([path]) => path.startsWith(folder))
          .map(([path, { length }]) => ({ path, size: length })),
      ),
    open: (path) => Promise.resolve(files.has(path) ? new Blob([files.get(path)!]) : null),
    append(path, from) {
      files.set(path, (files.get(path) ?? new Uint8Array()).slice(0, from ?? 0));
      return Promise.resolve({
        write(bytes) {
          if (used() + bytes.length > quota) return Promise.reject(new StorageFullError());
          const before = files.get(path)!;
          const after = new Uint8Array(before.length + bytes.length);
          after.set(before);
          after.set(bytes, before.length);
          files.set(path, after);
          return Promise.resolve();
        },
        close: () => Promise.resolve(),
      });
    },
    remove(path) {
      for (const name of files.keys()) if (name === path || name.startsWith(`${path}/`)) files.delete(name);
      return Promise.resolve();
    },
    room: () => Promise.resolve(quota === Infinity ? null : quota - used()),
  };
}
