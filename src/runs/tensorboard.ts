/**
 * TensorBoard's event files: TFRecords of Event messages (tensorflow/core/util/event.proto, summary.proto), a scalar an
 * event. A record is length (u64), masked CRC-32C of the length, data, masked CRC-32C of the data, all little-endian
 * (tensorflow/core/lib/io/record_writer.h).
 */
import { loggedRows, type RunCurves } from './curves.ts';

export interface ScalarEvent {
  /** Seconds since 1970. */
  wallTime: number;
  step: number;
  tag: string;
  value: number;
}

/** What TensorBoard wants a file of events to be called. */
export function eventFileName(created: string): string {
  return `events.out.tfevents.${Math.floor(Date.parse(created) / 1000)}.notebook`;
}

/** The times are those of training alone: the run's beginning and the seconds of its steps. */
export function writeRunEvents(run: RunCurves): Uint8Array {
  const began = Date.parse(run.created) / 1000;
  const events = loggedRows(run).flatMap(({ step, seconds, values }) =>
    Object.entries(values).map(([tag, value]) => ({ wallTime: began + seconds, step, tag, value })),
  );
  return writeEvents(began, events);
}

export function writeEvents(began: number, events: ScalarEvent[]): Uint8Array {
  const version = [...double(1, began), ...text(3, 'brain.Event:2')];
  const records = [version, ...events.map(eventBytes)].map(record);
  const bytes = new Uint8Array(records.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const one of records) {
    bytes.set(one, at);
    at += one.length;
  }
  return bytes;
}

function eventBytes({ wallTime, step, tag, value }: ScalarEvent): number[] {
  const scalar = [...text(1, tag), ...float(2, value)];
  return [
    ...double(1, wallTime),
    ...(step === 0 ? [] : [field(2, 0), ...varint(step)]),
    ...message(5, message(1, scalar)),
  ];
}

const field = (number: number, wire: number) => (number << 3) | wire;

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

function double(number: number, value: number): number[] {
  return [field(number, 1), ...new Uint8Array(new Float64Array([value]).buffer)];
}

function float(number: number, value: number): number[] {
  return [field(number, 5), ...new Uint8Array(new Float32Array([value]).buffer)];
}

function message(number: number, bytes: number[]): number[] {
  return [field(number, 2), ...varint(bytes.length), ...bytes];
}

function text(number: number, value: string): number[] {
  return message(number, [...new TextEncoder().encode(value)]);
}

function record(data: number[]): Uint8Array {
  const bytes = new Uint8Array(data.length + 16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc(bytes.subarray(12, 12 + data.length)), true);
  return bytes;
}

const CASTAGNOLI = 0x82f63b78;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? (byte >>> 1) ^ CASTAGNOLI : byte >>> 1;
  return byte;
});

function maskedCrc(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
