/** The names that a pickle of demonstrations may ask for, and what stands for them here. */

/** The reason why a pickle is refused, worded to follow the file's name. */
export class PickleError extends Error {
  override name = 'PickleError';
}

/** Counts what a pickle unpacks to. */
export interface Budget {
  /** @throws PickleError beyond the limit */
  spend(bytes: number): void;
}

export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickledArray
  | PickledObject
  | DType
  | Global;

/** A class or function of the allow-list: makes a value of its arguments. */
export class Global {
  constructor(readonly make: (args: PickleValue[], budget: Budget) => PickleValue) {}
}

/** An object of a class that only holds attributes. */
export class PickledObject {
  readonly attributes = new Map<PickleValue, PickleValue>();
  constructor(
    /** Module and class, e.g. "rlbench.demo.Demo". */
    readonly type: string,
  ) {}
  setState(state: Map<PickleValue, PickleValue>): void {
    for (const [key, value] of state) this.attributes.set(key, value);
  }
}

type ReadElement = (view: DataView, at: number, littleEndian: boolean) => number;

/** NumPy's type code: bytes an element, and how to read one. */
const ELEMENTS: Record<string, [size: number, read: ReadElement] | undefined> = {
  f8: [8, (view, at, little) => view.getFloat64(at, little)],
  f4: [4, (view, at, little) => view.getFloat32(at, little)],
  i8: [8, (view, at, little) => Number(view.getBigInt64(at, little))],
  i4: [4, (view, at, little) => view.getInt32(at, little)],
  i2: [2, (view, at, little) => view.getInt16(at, little)],
  i1: [1, (view, at) => view.getInt8(at)],
  u8: [8, (view, at, little) => Number(view.getBigUint64(at, little))],
  u4: [4, (view, at, little) => view.getUint32(at, little)],
  u2: [2, (view, at, little) => view.getUint16(at, little)],
  u1: [1, (view, at) => view.getUint8(at)],
  b1: [1, (view, at) => view.getUint8(at)],
};

/** numpy.dtype. */
export class DType {
  private littleEndian = true;
  constructor(readonly code: string) {}

  /** The state is (version, byte order, ...). */
  setState(state: PickleValue[]): void {
    this.littleEndian = state[1] !== '>';
  }

  /** @returns null for elements that are no numbers */
  read(raw: Uint8Array, count: number, budget: Budget): Float64Array | null {
    const element = ELEMENTS[this.code];
    if (!element) return null;
    const [size, read] = element;
    if (raw.length !== count * size)
      throw new PickleError(`has an array of ${raw.length} bytes where its shape needs ${count * size}`);
    budget.spend(8 * count);
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    return Float64Array.from({ length: count }, (_, i) => read(view, i * size, this.littleEndian));
  }
}

/** numpy.ndarray, its elements row-major whatever order they were stored in. */
export class PickledArray {
  shape: number[] = [0];
  /** Null when the elements are no numbers. */
  values: Float64Array | null = new Float64Array();

  /** The state is (version, shape, dtype, is Fortran order, bytes). */
  setState([, shape, dtype, fortran, raw]: PickleValue[], budget: Budget): void {
    this.set(shape, dtype, fortran === true, raw, budget);
  }

  set(shape: PickleValue, dtype: PickleValue, fortran: boolean, raw: PickleValue, budget: Budget): void {
    if (!isShape(shape) || !(dtype instanceof DType))
      throw new PickleError('has an array without shape or type');
    this.shape = shape;
    const count = shape.reduce((product, size) => product * size, 1);
    this.values = raw instanceof Uint8Array ? dtype.read(raw, count, budget) : null;
    if (fortran && this.values) this.values = rowMajor(this.values, shape);
  }
}

/** @throws PickleError naming the module and name when they are not on the list */
export function findGlobal(module: string, name: string): Global {
  const global = GLOBALS[`${module.replace(/^numpy\._core\b/, 'numpy.core')}.${name}`];
  if (global) return global;
  throw new PickleError(
    `asks for ${printable(module)}.${printable(name)}: pickles that ask for anything but observations are refused, and nothing of it was run`,
  );
}

const printable = (text: string) => text.slice(0, 60).replace(/[^\x20-\x7e]/g, '?');

const object = (type: string) => new Global(() => new PickledObject(type));

function bytesOf([value = new Uint8Array(), encoding]: PickleValue[], budget: Budget): Uint8Array {
  if (value instanceof Uint8Array) return value;
  const codec = typeof encoding === 'string' ? encoding.replace('-', '') : 'none';
  if (typeof value !== 'string' || codec !== 'latin1')
    throw new PickleError('encodes text by other than latin-1');
  budget.spend(value.length);
  return Uint8Array.from(value, (letter) => letter.charCodeAt(0));
}

/** Python 2's names for them, as protocol 2 writes, and Python 3's. */
const GLOBALS: Record<string, Global | undefined> = Object.assign(
  Object.create(null) as Record<string, Global>,
  {
    'rlbench.demo.Demo': object('rlbench.demo.Demo'),
    'rlbench.backend.observation.Observation': object('rlbench.backend.observation.Observation'),
    'numpy.ndarray': new Global(() => new PickledArray()),
    'numpy.core.multiarray._reconstruct': new Global(() => new PickledArray()),
    'numpy.core.multiarray.scalar': new Global(scalar),
    'numpy.core.numeric._frombuffer': new Global(([raw, dtype, shape, order], budget) => {
      const array = new PickledArray();
      array.set(shape, dtype, order === 'F', raw, budget);
      return array;
    }),
    'numpy.dtype': new Global(([code]) => {
      if (typeof code !== 'string') throw new PickleError('has an array type without a code');
      return new DType(code);
    }),
    '_codecs.encode': new Global(bytesOf),
    'builtins.bytes': new Global(bytesOf),
    '__builtin__.bytes': new Global(bytesOf),
    'builtins.bytearray': new Global(bytesOf),
    '__builtin__.bytearray': new Global(bytesOf),
  },
);

function scalar([dtype, raw]: PickleValue[], budget: Budget): PickleValue {
  if (!(dtype instanceof DType) || !(raw instanceof Uint8Array))
    throw new PickleError('has a number without its type');
  return dtype.read(raw, 1, budget)?.[0] ?? null;
}

function isShape(shape: PickleValue): shape is number[] {
  return Array.isArray(shape) && shape.every((size) => Number.isInteger(size) && (size as number) >= 0);
}

function rowMajor(values: Float64Array, shape: number[]): Float64Array {
  if (shape.length < 2) return values;
  if (shape.length > 2) throw new PickleError(`has an array of shape ${shape.join('x')} in Fortran order`);
  const [rows, columns] = shape;
  return values.map((_, i) => values[(i % columns) * rows + Math.floor(i / columns)]);
}
