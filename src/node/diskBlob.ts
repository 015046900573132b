/** A file on disk as a Blob of which only what is asked for is read. Node 20's openAsBlob counts sizes in 32 bits. */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { PartBlob } from '../demos/partBlob.ts';

export class DiskBlob extends PartBlob {
  private constructor(
    private readonly path: string,
    from: number,
    to: number,
  ) {
    super(from, to);
  }

  /** @throws the file system's error when there is no such file */
  static async open(path: string): Promise<DiskBlob> {
    return new DiskBlob(path, 0, (await stat(path)).size);
  }

  protected override part(from: number, to: number): DiskBlob {
    return new DiskBlob(this.path, from, to);
  }

  /** @throws Error when the file has become shorter since it was opened */
  override async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = new Uint8Array(this.size);
    const file = await open(this.path);
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesRead } = await file.read(bytes, done, bytes.length - done, this.from + done);
        if (!bytesRead) throw new Error(`${this.path} has become shorter while it was read`);
        done += bytesRead;
      }
    } finally {
      await file.close();
    }
    return bytes.buffer;
  }

  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    if (!this.size) return new Blob().stream();
    const whole = createReadStream(this.path, { start: this.from, end: this.to - 1 });
    return Readable.toWeb(whole) as ReadableStream<Uint8Array<ArrayBuffer>>;
  }
}
