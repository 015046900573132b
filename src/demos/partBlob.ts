/** A Blob whose bytes are read when they are asked for, from wherever they are. */
export abstract class PartBlob extends Blob {
  /** @param from in bytes within the whole, as `to` */
  protected constructor(
    protected readonly from: number,
    protected readonly to: number,
  ) {
    super();
  }

  /** The same source over other bytes. */
  protected abstract part(from: number, to: number): PartBlob;
  abstract override arrayBuffer(): Promise<ArrayBuffer>;

  override get size(): number {
    return this.to - this.from;
  }

  override slice(start = 0, end = this.size): PartBlob {
    const within = (at: number) => Math.max(0, Math.min(this.size, at < 0 ? this.size + at : at));
    const from = within(start);
    return this.part(this.from + from, this.from + Math.max(from, within(end)));
  }

  override async text(): Promise<string> {
    return new TextDecoder().decode(await this.arrayBuffer());
  }

  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return new ReadableStream({
      start: async (controller) => {
        if (this.size) controller.enqueue(new Uint8Array(await this.arrayBuffer()));
        controller.close();
      },
    });
  }
}
