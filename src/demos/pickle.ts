/**
 * Reads Python pickles of protocols 2 to 5 without running anything: a name in the pickle stands for nothing but the
 * few constructors of pickleGlobals.ts, and opcodes that only other objects need are refused.
 */
import {
  DType,
  Global,
  PickleError,
  PickledArray,
  PickledObject,
  findGlobal,
  type Budget,
  type PickleValue,
} from './pickleGlobals.ts';

export interface PickleLimits {
  /** Instructions run. */
  opcodes: number;
  /** Values remembered for later use. */
  memo: number;
  /** Open marks, that is containers begun and not ended. */
  nesting: number;
  /** Bytes of text, byte strings, array elements and containers, counted as often as they are made. */
  bytes: number;
}

/** Wide for a demonstration of thousands of frames: one of 125 frames takes 68,000 opcodes and 17,000 memo entries. */
export const PICKLE_LIMITS: PickleLimits = { opcodes: 10e6, memo: 3e6, nesting: 100, bytes: 256 * 2 ** 20 };

/**
 * The value of a pickle: lists and tuples as arrays, dicts as Maps, ints as numbers (bigints beyond 2^53), NumPy arrays
 * as PickledArray, objects as PickledObject.
 * @throws PickleError when it is damaged, asks for a name that is not allowed, or goes beyond a limit
 */
export function readPickle(bytes: Uint8Array, limits: PickleLimits = PICKLE_LIMITS): PickleValue {
  const machine = new Machine(bytes, limits);
  for (let count = 0; count < limits.opcodes; count++) {
    const opcode = machine.byte();
    if (opcode === STOP) return machine.result();
    const run = OPCODES[opcode];
    if (!run)
      throw new PickleError(`has instruction 0x${opcode.toString(16)}, which observations do not need`);
    run(machine);
  }
  throw new PickleError(`takes more than ${limits.opcodes} instructions`);
}

const STOP = 0x2e;
const HIGHEST_PROTOCOL = 5;
/** What a container or array is taken to cost beside its elements. */
const OBJECT_BYTES = 64;
const MARK = Symbol('mark');

class Machine implements Budget {
  private readonly stack: (PickleValue | typeof MARK)[] = [];
  private readonly memo = new Map<number, PickleValue>();
  private readonly view: DataView;
  private at = 0;
  private marks = 0;
  private spent = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly limits: PickleLimits,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  spend(bytes: number): void {
    this.spent += bytes;
    if (!(this.spent <= this.limits.bytes))
      throw new PickleError(`unpacks to more than ${this.limits.bytes} bytes`);
  }

  /** Moves past n bytes and returns where they begin. */
  skip(n: number): number {
    const start = this.at;
    if (!(n >= 0 && n <= this.bytes.length - start))
      throw new PickleError('ends in the middle of an instruction');
    this.at += n;
    return start;
  }
  byte = () => this.bytes[this.skip(1)];
  uint16 = () => this.view.getUint16(this.skip(2), true);
  uint32 = () => this.view.getUint32(this.skip(4), true);
  int32 = () => this.view.getInt32(this.skip(4), true);
  uint64 = () => Number(this.view.getBigUint64(this.skip(8), true));
  float64 = () => this.view.getFloat64(this.skip(8), false);

  blob(length: number): Uint8Array {
    this.spend(length);
    const start = this.skip(length);
    return this.bytes.subarray(start, start + length);
  }
  text(length: number): string {
    try {
      return utf8.decode(this.blob(length));
    } catch (error) {
      if (error instanceof PickleError) throw error;
      throw new PickleError('has text that is not UTF-8');
    }
  }
  /** Up to the next line feed. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) throw new PickleError('ends in the middle of an instruction');
    const line = this.text(end - this.at);
    this.skip(1);
    return line;
  }
  long(length: number): number | bigint {
    if (length > 1024) throw new PickleError(`has an integer of ${length} bytes`);
    const digits = this.blob(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(digits[i]);
    value = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  push(value: PickleValue): void {
    if (typeof value === 'object') this.spend(OBJECT_BYTES);
    this.stack.push(value);
  }
  pop(): PickleValue {
    const value = this.stack.pop();
    if (value === undefined || value === MARK) throw new PickleError('takes a value where there is none');
    return value;
  }
  top(): PickleValue {
    const value = this.pop();
    this.push(value);
    return value;
  }
  mark(): void {
    if (++this.marks > this.limits.nesting) throw new PickleError(`nests deeper than ${this.limits.nesting}`);
    this.stack.push(MARK);
  }
  popToMark(): PickleValue[] {
    const start = this.stack.lastIndexOf(MARK);
    if (start < 0) throw new PickleError('ends a container that was not begun');
    this.marks--;
    return this.stack.splice(start).slice(1) as PickleValue[];
  }
  popMany(n: number): PickleValue[] {
    return Array.from({ length: n }, () => this.pop()).reverse();
  }

  put(index: number): void {
    if (this.memo.size >= this.limits.memo)
      throw new PickleError(`remembers more than ${this.limits.memo} values`);
    this.memo.set(index, this.top());
  }
  memoize(): void {
    this.put(this.memo.size);
  }
  get(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw new PickleError(`recalls value ${index}, which it did not store`);
    this.push(value);
  }
  result(): PickleValue {
    const value = this.pop();
    if (this.stack.length) throw new PickleError('ends with values left over');
    return value;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const latin1 = (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');

type Run = (machine: Machine) => void;

/** By code, named as in Python's pickletools. */
const OPCODES: Record<number, Run | undefined> = {
  0x80: proto,
  0x95: (m) => m.uint64(), // FRAME: its length only helps readers of streams
  0x28: (m) => m.mark(), // MARK
  0x30: (m) => m.pop(), // POP
  0x31: (m) => m.popToMark(), // POP_MARK
  0x32: (m) => m.push(m.top()), // DUP
  0x4e: (m) => m.push(null), // NONE
  0x88: (m) => m.push(true), // NEWTRUE
  0x89: (m) => m.push(false), // NEWFALSE
  0x4a: (m) => m.push(m.int32()), // BININT
  0x4b: (m) => m.push(m.byte()), // BININT1
  0x4d: (m) => m.push(m.uint16()), // BININT2
  0x8a: (m) => m.push(m.long(m.byte())), // LONG1
  0x8b: (m) => m.push(m.long(m.uint32())), // LONG4
  0x47: (m) => m.push(m.float64()), // BINFLOAT
  0x8c: (m) => m.push(m.text(m.byte())), // SHORT_BINUNICODE
  0x58: (m) => m.push(m.text(m.uint32())), // BINUNICODE
  0x8d: (m) => m.push(m.text(m.uint64())), // BINUNICODE8
  0x55: (m) => m.push(latin1(m.blob(m.byte()))), // SHORT_BINSTRING: str of Python 2
  0x54: (m) => m.push(latin1(m.blob(m.uint32()))), // BINSTRING
  0x43: (m) => m.push(m.blob(m.byte())), // SHORT_BINBYTES
  0x42: (m) => m.push(m.blob(m.uint32())), // BINBYTES
  0x8e: (m) => m.push(m.blob(m.uint64())), // BINBYTES8
  0x96: (m) => m.push(m.blob(m.uint64())), // BYTEARRAY8
  0x5d: (m) => m.push([]), // EMPTY_LIST
  0x61: (m) => append(m, m.popMany(1)), // APPEND
  0x65: (m) => append(m, m.popToMark()), // APPENDS
  0x29: (m) => m.push([]), // EMPTY_TUPLE
  0x85: (m) => m.push(m.popMany(1)), // TUPLE1
  0x86: (m) => m.push(m.popMany(2)), // TUPLE2
  0x87: (m) => m.push(m.popMany(3)), // TUPLE3
  0x74: (m) => m.push(m.popToMark()), // TUPLE
  0x7d: (m) => m.push(new Map()), // EMPTY_DICT
  0x73: (m) => setItems(m, m.popMany(2)), // SETITEM
  0x75: (m) => setItems(m, m.popToMark()), // SETITEMS
  0x71: (m) => m.put(m.byte()), // BINPUT
  0x72: (m) => m.put(m.uint32()), // LONG_BINPUT
  0x94: (m) => m.memoize(), // MEMOIZE
  0x68: (m) => m.get(m.byte()), // BINGET
  0x6a: (m) => m.get(m.uint32()), // LONG_BINGET
  0x63: (m) => m.push(findGlobal(m.line(), m.line())), // GLOBAL
  0x93: stackGlobal,
  0x52: reduce,
  0x81: reduce, // NEWOBJ: a class is made as a function is called
  0x62: build,
};

function proto(m: Machine): void {
  const version = m.byte();
  if (version > HIGHEST_PROTOCOL)
    throw new PickleError(`is of protocol ${version}: save it with protocol 2 to 5`);
}

function append(m: Machine, items: PickleValue[]): void {
  const list = m.top();
  if (!Array.isArray(list)) throw new PickleError('appends to what is no list');
  for (const item of items) list.push(item);
}

function setItems(m: Machine, items: PickleValue[]): void {
  const dict = m.top();
  if (!(dict instanceof Map) || items.length % 2) throw new PickleError('sets items of what is no dict');
  for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
}

function stackGlobal(m: Machine): void {
  const [module, name] = m.popMany(2);
  if (typeof module !== 'string' || typeof name !== 'string')
    throw new PickleError('names a global without a name');
  m.push(findGlobal(module, name));
}

function reduce(m: Machine): void {
  const [callable, args] = m.popMany(2);
  if (!(callable instanceof Global) || !Array.isArray(args))
    throw new PickleError('calls what cannot be called');
  m.push(callable.make(args, m));
}

function build(m: Machine): void {
  const state = m.pop();
  const target = m.top();
  if (target instanceof PickledArray && Array.isArray(state)) target.setState(state, m);
  else if (target instanceof DType && Array.isArray(state)) target.setState(state);
  else if (target instanceof PickledObject && state instanceof Map) target.setState(state);
  else throw new PickleError('gives a state to what has none');
}
