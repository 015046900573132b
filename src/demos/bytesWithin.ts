/**
 * Bytes [start, end) of a blob by offsets that a file itself names. Blob.slice takes any number: Node's ends the process
 * over one that is no integer, and others return fewer bytes than were asked for.
 * @throws Error at once, not by the promise, which a reader may have dropped, when the offsets are no whole numbers or
 * lie outside the blob
 */
export function bytesWithin(blob: Blob, start: number, end: number): Promise<ArrayBuffer> {
  if (!(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= blob.size))
    throw new Error(`it names bytes ${start} to ${end} of ${blob.size}`);
  return blob.slice(start, end).arrayBuffer();
}
