/** A zip written to disk as it grows, of as many entries as wanted: ZipWriter would keep an object for each. */
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { deflateRawSync } from 'node:zlib';
import { crc32 } from '../../src/demos/crc32.ts';

const [LOCAL, CENTRAL, END, END64, LOCATOR64] = [0x04034b50, 0x02014b50, 0x06054b50, 0x06064b50, 0x07064b50];
const VERSION = 45;
const UTF8 = 0x800;
const NO_DATE = 0x21;
const ZIP64_FIELD = 1;
const [MOST16, MOST32] = [0xffff, 0xffffffff];

export class ZipToDisk {
  private readonly out: WriteStream;
  private readonly directory: Buffer[] = [];
  private at = 0;

  constructor(path: string) {
    this.out = createWriteStream(path);
  }

  /** @param level 0 stores, 1 to 9 deflate */
  async add(path: string, bytes: Uint8Array, level = 0): Promise<void> {
    const packed = level ? deflateRawSync(bytes, { level }) : bytes;
    const name = Buffer.from(path);
    const common = numbers([
      [2, VERSION],
      [2, UTF8],
      [2, level ? 8 : 0],
      [2, 0],
      [2, NO_DATE],
      [4, crc32(bytes)],
      [4, packed.length],
      [4, bytes.length],
      [2, name.length],
    ]);
    const far = this.at >= MOST32;
    const extra = far
      ? numbers([
          [2, ZIP64_FIELD],
          [2, 8],
          [8, this.at],
        ])
      : Buffer.alloc(0);
    const rest = numbers([
      [2, extra.length],
      [2, 0],
      [2, 0],
      [2, 0],
      [4, 0],
      [4, far ? MOST32 : this.at],
    ]);
    this.directory.push(
      Buffer.concat([
        numbers([
          [4, CENTRAL],
          [2, VERSION],
        ]),
        common,
        rest,
        name,
        extra,
      ]),
    );
    await this.write(Buffer.concat([numbers([[4, LOCAL]]), common, numbers([[2, 0]]), name]));
    await this.write(packed);
  }

  async close(): Promise<void> {
    const start = this.at;
    for (const record of this.directory) await this.write(record);
    const [size, end, count] = [this.at - start, this.at, this.directory.length];
    const counts = (bytes: number): [number, number][] => [
      [bytes, count],
      [bytes, count],
    ];
    await this.write(
      numbers([
        [4, END64],
        [8, 44],
        [2, VERSION],
        [2, VERSION],
        [4, 0],
        [4, 0],
        ...counts(8),
        [8, size],
        [8, start],
      ]),
    );
    await this.write(
      numbers([
        [4, LOCATOR64],
        [4, 0],
        [8, end],
        [4, 1],
      ]),
    );
    await this.write(
      numbers([
        [4, END],
        [2, 0],
        [2, 0],
        [2, MOST16],
        [2, MOST16],
        [4, MOST32],
        [4, MOST32],
        [2, 0],
      ]),
    );
    this.out.end();
    await finished(this.out);
  }

  private async write(bytes: Uint8Array): Promise<void> {
    this.at += bytes.length;
    if (!this.out.write(bytes)) await once(this.out, 'drain');
  }
}

/** Unsigned, little-endian: [bytes, value]. */
function numbers(fields: [bytes: number, value: number][]): Buffer {
  const out = Buffer.alloc(fields.reduce((sum, [bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [bytes, value] of fields) {
    if (bytes === 8) out.writeBigUInt64LE(BigInt(value), at);
    else out.writeUIntLE(value, at, bytes);
    at += bytes;
  }
  return out;
}
