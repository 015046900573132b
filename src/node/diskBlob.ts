/** A file on disk as a Blob of which only what is asked for is read. Node 20's openAsBlob counts sizes in 32 bits. */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';

export class DiskBlob extends Blob {
  private constructor(
    private readonly path: string,
    private readonly from: number,
    private readonly to: number,
  ) {
    super();
  }

  /** @throws the file system's error when there is no such file */
  static async open(path: string): Promise<DiskBlob> {
    return new DiskBlob(path, 0, (await stat(path)).size);
  }

  override get size(): number {
    return this.to - this.from;
  }

  override slice(start = 0, end = this.size): DiskBlob {
    const within = (at: number) => Math.max(0, Math.min(this.size, at < 0 ? this.size + at : at));
    const from = within(start);
    return new DiskBlob(this.path, this.from + from, this.from + Math.max(from, within(end)));
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

  override async text(): Promise<string> {
    return new TextDecoder().decode(await this.arrayBuffer());
  }

  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    if (!this.size) return new Blob().stream();
    const whole = createReadStream(this.path, { start: this.from, end: this.to - 1 });
    return Readable.toWeb(whole) as ReadableStream<Uint8Array<ArrayBuffer>>;
  }
}
