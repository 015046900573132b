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

/** Must be called while the drop is handled; reading goes on afterwards. */
export async function droppedFiles(transfer: DataTransfer): Promise<Given | null> {
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry());
  const files: GivenFile[] = [];
  for (const entry of entries) if (entry) await walk(entry, files);
  return files.length ? { files, name: nameOf(files) } : null;
}

async function walk(entry: FileSystemEntry, files: GivenFile[]): Promise<void> {
  if (entry instanceof FileSystemFileEntry) {
    const blob = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    files.push({ path: entry.fullPath.replace(/^\//, ''), blob });
  } else if (entry instanceof FileSystemDirectoryEntry) {
    const reader = entry.createReader();
    // A reader gives a hundred at a time, and none at the end.
    for (;;) {
      const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
        reader.readEntries(resolve, reject),
      );
      if (!some.length) return;
      for (const inner of some) await walk(inner, files);
    }
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
