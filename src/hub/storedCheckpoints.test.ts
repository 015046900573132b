import { expect, test } from 'vitest';
import { StorageFullError, type FileStore } from './fileStore.ts';
import { StoredCheckpoints, type Manifest } from './storedCheckpoints.ts';
import { memoryFiles } from './testing/memoryFiles.ts';

const file = { path: 'config.json', size: 2, sha256: null, gitOid: null, whole: true };
const BEFORE: Manifest = { version: 1, id: 'a/b', origin: 'folder', files: [file] };
const AFTER: Manifest = { ...BEFORE, files: [file, { ...file, path: 'other.json' }] };

/** Full from the `last` write on; what is to be written is emptied first, as files of a browser are. */
function filling(last: number): FileStore {
  const files = memoryFiles();
  let writes = 0;
  return {
    ...files,
    append: async (path, from) => {
      const writer = await files.append(path, from);
      const write = (bytes: Uint8Array) =>
        ++writes >= last ? Promise.reject(new StorageFullError()) : writer.write(bytes);
      return { ...writer, write };
    },
  };
}

test.each([
  ['before the new manifest is whole, the old one stays', 3, BEFORE],
  ['while it takes the place of the old one, it is read itself', 4, AFTER],
])('the storage is full %s', async (_, last, kept) => {
  const checkpoints = new StoredCheckpoints(filling(last));
  await checkpoints.save(BEFORE);
  expect(await checkpoints.manifest('a/b')).toEqual(BEFORE);
  await expect(checkpoints.save(AFTER)).rejects.toMatchObject({ name: 'StorageFullError' });
  expect(await checkpoints.manifest('a/b')).toEqual(kept);
});

test('a manifest that was saved lies alone', async () => {
  const files = memoryFiles();
  await new StoredCheckpoints(files).save(AFTER);
  expect([...files.files.keys()].map((path) => path.split('/').at(-1))).toEqual(['manifest.json']);
  expect(await new StoredCheckpoints(files).manifest('none')).toBe(null);
});
