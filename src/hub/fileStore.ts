/** Where downloaded files lie: in the browser's private file system (opfsStore), in a folder (diskStore), in memory. */

export interface FileStore {
  /** Paths below a folder, e.g. "checkpoints/", with bytes so far. */
  list(folder: string): Promise<{ path: string; size: number }[]>;
  /** Bytes read when they are asked for. @returns null when there is no such file. */
  open(path: string): Promise<Blob | null>;
  /** Goes on at the end of what is there; null starts anew. One writer a file. @throws StorageFullError. */
  append(path: string, from: number | null): Promise<FileWriter>;
  /** A file or a folder with all in it. Nothing happens when it is missing. */
  remove(path: string): Promise<void>;
  /** Bytes that may still be written, or null where that is not known. */
  room(): Promise<number | null>;
}

export interface FileWriter {
  /** @throws StorageFullError. */
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export class StorageFullError extends Error {
  override name = 'StorageFullError';
  constructor(options?: ErrorOptions) {
    super('the storage is full: delete a stored checkpoint or make room on the disk, then go on', options);
  }
}

export async function readText(store: FileStore, path: string): Promise<string | null> {
  return (await (await store.open(path))?.text()) ?? null;
}

export async function writeText(store: FileStore, path: string, text: string): Promise<void> {
  const writer = await store.append(path, null);
  try {
    await writer.write(new TextEncoder().encode(text));
  } finally {
    await writer.close();
  }
}
