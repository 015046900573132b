/** Files as visitors give them: picked, picked as a folder, or dropped, folders included. */
import type { GivenFile } from '../demos/fileTree.ts';
import type { Given } from './cells/demonstrations.svelte.ts';

/** @param picked of an input; of a folder input they keep their paths in it */
export function pickedFiles(picked: FileList): Given | null {
  const files = Array.from(picked, (file): GivenFile => ({
    path: file.webkitRelativePath || file.name,
    blob: file,
  }));
  return files.length ? { files, name: nameOf(files) } : null;
}

/**
 * Must be called while the drop is handled; reading goes on afterwards.
 * @throws Error naming what the browser does not let be read
 */
export async function droppedFiles(transfer: DataTransfer): Promise<Given | null> {
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry());
  const loose = Array.from(transfer.files, (file): GivenFile => ({ path: file.name, blob: file }));
  const found = entries.flatMap((entry) => (entry ? [walk(entry)] : []));
  const files = found.length ? (await Promise.all(found)).flat() : loose;
  return files.length ? { files, name: nameOf(files) } : null;
}

async function walk(entry: FileSystemEntry): Promise<GivenFile[]> {
  try {
    if (entry.isFile) {
      const blob = await new Promise<File>((resolve, reject) =>
        (entry as FileSystemFileEntry).file(resolve, reject),
      );
      return [{ path: entry.fullPath.replace(/^\//, ''), blob }];
    }
    const inside = await entriesOf(entry as FileSystemDirectoryEntry);
    return (await Promise.all(inside.map(walk))).flat();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    throw new Error(
      `${entry.fullPath} cannot be read (${error.message}): check that it may be, and drop it again`,
      {
        cause: error,
      },
    );
  }
}

async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  // A reader gives a hundred at a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (!some.length) return all;
    all.push(...some);
  }
}

/** The file's name, or that of the folder they share. */
function nameOf(files: GivenFile[]): string {
  const [first] = files;
  if (files.length === 1) return first.path.slice(first.path.lastIndexOf('/') + 1);
  const folder = first.path.split('/')[0];
  return first.path.includes('/') && files.every(({ path }) => path.startsWith(`${folder}/`))
    ? folder
    : `${first.path} and ${files.length - 1} more`;
}
