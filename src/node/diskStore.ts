/** Downloaded checkpoints in a folder on disk. */
import { mkdir, open, readdir, rm, stat, statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { StorageFullError, type FileStore } from '../hub/fileStore.ts';
import { DiskBlob } from './diskBlob.ts';

/** $ROBOT_R1_CACHE, or .cache/robot-r1 in the home folder. */
export function cacheFolder(): string {
  return process.env.ROBOT_R1_CACHE ?? join(homedir(), '.cache', 'robot-r1');
}

export function diskStore(root: string): FileStore {
  return {
    async list(folder) {
      const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return [];
          throw error;
        },
      );
      return Promise.all(
        entries
          .filter((entry) => entry.isFile())
          .map(async (entry) => {
            const file = join(entry.parentPath, entry.name);
            return { path: relative(root, file).split(sep).join('/'), size: (await stat(file)).size };
          }),
      );
    },
    async open(path) {
      const file = join(root, path);
      return (await isFile(file)) ? DiskBlob.open(file) : null;
    },
    async append(path, from) {
      const file = join(root, path);
      await mkdir(dirname(file), { recursive: true });
      const handle = await open(file, from !== null && (await isFile(file)) ? 'r+' : 'w+');
      await handle.truncate(from ?? 0);
      let at = from ?? 0;
      return {
        async write(bytes) {
          try {
            for (let done = 0; done < bytes.length;)
              done += (await handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
            at += bytes.length;
          } catch (cause) {
            const full = ['ENOSPC', 'EDQUOT'].includes((cause as NodeJS.ErrnoException).code ?? '');
            throw full ? new StorageFullError({ cause }) : cause;
          }
        },
        close: () => handle.close(),
      };
    },
    remove: (path) => rm(join(root, path), { recursive: true, force: true }),
    async room() {
      await mkdir(root, { recursive: true });
      const { bavail, bsize } = await statfs(root);
      return bavail * bsize;
    },
  };
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() ?? false;
}
