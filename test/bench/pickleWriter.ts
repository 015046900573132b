/** Pickles, protocol 3, of the few values that RLBench's demonstrations hold: what our reader reads, written in Node. */

/** Written as a numpy.ndarray of float64. */
export class NumpyArray {
  readonly values: Float64Array;
  readonly shape: number[];

  constructor(values: ArrayLike<number>, shape: number[]) {
    this.values = Float64Array.from(values);
    this.shape = shape;
  }
}

/** Written as an object of a class that holds attributes. */
export class Instance {
  readonly module: string;
  readonly name: string;
  readonly attributes: Record<string, Value>;

  constructor(module: string, name: string, attributes: Record<string, Value>) {
    [this.module, this.name, this.attributes] = [module, name, attributes];
  }
}

export type Value = number | string | Value[] | { [key: string]: Value } | NumpyArray | Instance;

export function pickled(value: Value): Uint8Array<ArrayBuffer> {
  const parts: Buffer[] = [Buffer.from([0x80, 3])];
  write(value, parts);
  parts.push(Buffer.from('.'));
  return new Uint8Array(Buffer.concat(parts));
}

function write(value: Value, out: Buffer[]): void {
  const say = (text: string) => out.push(Buffer.from(text, 'latin1'));
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(9, 'G');
    bytes.writeDoubleBE(value, 1);
    out.push(bytes);
  } else if (typeof value === 'string') {
    out.push(counted('X', Buffer.from(value)));
  } else if (Array.isArray(value)) {
    say('](');
    for (const item of value) write(item, out);
    say('e');
  } else if (value instanceof NumpyArray) {
    say('cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85C\x01b\x87R(K\x01(');
    for (const size of value.shape) out.push(integer(size));
    say('tcnumpy\ndtype\nX\x02\0\0\0f8K\0K\x01\x87R(K\x03X\x01\0\0\0<NNNK\0K\0K\0tb\x89');
    const { buffer, byteOffset, byteLength } = value.values;
    out.push(counted('B', Buffer.from(buffer, byteOffset, byteLength)));
    say('tb');
  } else if (value instanceof Instance) {
    say(`c${value.module}\n${value.name}\n)\x81`);
    write(value.attributes, out);
    say('b');
  } else {
    say('}(');
    for (const [key, inner] of Object.entries(value)) {
      write(key, out);
      write(inner, out);
    }
    say('u');
  }
}

function integer(value: number): Buffer {
  const bytes = Buffer.alloc(5, 'J');
  bytes.writeInt32LE(value, 1);
  return bytes;
}

function counted(code: string, content: Uint8Array): Buffer {
  const head = Buffer.alloc(5, code);
  head.writeUInt32LE(content.length, 1);
  return Buffer.concat([head, content]);
}
