/** The browser's origin private file system. Writing needs a worker. */
import { StorageFullError, type FileStore, type FileWriter } from './fileStore.ts';

async function originFiles(): Promise<FileSystemDirectoryHandle> {
  try {
    return await navigator.storage.getDirectory();
  } catch (cause) {
    throw new Error(
      'this browser keeps no files for the page, so no checkpoint can be downloaded: use the embedded one, or a window that is not private',
      { cause },
    );
  }
}

/** All throw an Error that says what to do where the browser has no such files, as in some private windows. */
export function opfsStore(root: () => Promise<FileSystemDirectoryHandle> = originFiles): FileStore {
  return {
    async list(folder) {
      const found: { path: string; size: number }[] = [];
      const directory = await directoryAt(await root(), folder.split('/').filter(Boolean), false);
      if (directory) await walk(directory, folder.replace(/\/*$/, '/'), found);
      return found;
    },
    async open(path) {
      const handle = await fileAt(await root(), path, false);
      return handle ? handle.getFile() : null;
    },
    async append(path, from) {
      const handle = await fileAt(await root(), path, true).catch(orFull);
      const access = await handle!.createSyncAccessHandle().catch((cause: unknown) => {
        if (isFull(cause)) throw new StorageFullError({ cause });
        throw heldElsewhere(path, cause);
      });
      return writer(access, from ?? 0);
    },
    async remove(path) {
      const parts = path.split('/').filter(Boolean);
      const parent = await directoryAt(await root(), parts.slice(0, -1), false);
      await parent?.removeEntry(parts[parts.length - 1], { recursive: true }).catch((error: unknown) => {
        const { name } = error as DOMException;
        if (name === 'NoModificationAllowedError') throw heldElsewhere(path, error);
        if (name !== 'NotFoundError') throw error;
      });
    },
    async room() {
      const { quota, usage } = await navigator.storage.estimate();
      return quota === undefined ? null : quota - (usage ?? 0);
    },
  };
}

function heldElsewhere(path: string, cause: unknown): Error {
  const what = `${decodeURIComponent(path)} is being written by another tab`;
  return new Error(`${what}: close it, or wait for its download`, { cause });
}

function writer(access: FileSystemSyncAccessHandle, from: number): FileWriter {
  try {
    access.truncate(from);
  } catch (error) {
    access.close();
    orFull(error);
  }
  let at = from;
  return {
    write(bytes) {
      return new Promise((resolve, reject) => {
        try {
          const written = access.write(bytes, { at });
          at += written;
          if (written < bytes.length) throw new StorageFullError();
          resolve();
        } catch (error) {
          reject(isFull(error) ? new StorageFullError({ cause: error }) : (error as Error));
        }
      });
    },
    close() {
      try {
        access.flush();
      } finally {
        access.close();
      }
      return Promise.resolve();
    },
  };
}

async function walk(
  directory: FileSystemDirectoryHandle,
  prefix: string,
  found: { path: string; size: number }[],
): Promise<void> {
  for await (const [name, handle] of directory.entries()) {
    if (handle.kind === 'directory') await walk(handle, `${prefix}${name}/`, found);
    else found.push({ path: prefix + name, size: (await handle.getFile()).size });
  }
}

async function directoryAt(
  root: FileSystemDirectoryHandle,
  parts: string[],
  create: boolean,
): Promise<FileSystemDirectoryHandle | null> {
  let directory = root;
  for (const part of parts) {
    const next = await directory.getDirectoryHandle(part, { create }).catch(orMissing);
    if (!next) return null;
    directory = next;
  }
  return directory;
}

async function fileAt(
  root: FileSystemDirectoryHandle,
  path: string,
  create: boolean,
): Promise<FileSystemFileHandle | null> {
  const parts = path.split('/').filter(Boolean);
  const directory = await directoryAt(root, parts.slice(0, -1), create);
  return (await directory?.getFileHandle(parts[parts.length - 1], { create }).catch(orMissing)) ?? null;
}

function isFull(error: unknown): boolean {
  return (error as DOMException).name === 'QuotaExceededError';
}

function orFull(error: unknown): never {
  throw isFull(error) ? new StorageFullError({ cause: error }) : error;
}

function orMissing(error: unknown): null {
  const { name } = error as DOMException;
  if (name === 'NotFoundError' || name === 'TypeMismatchError') return null;
  throw error;
}
