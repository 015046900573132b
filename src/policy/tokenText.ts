/** Text of a growing sequence of tokens, a piece a token. A character whose bytes spread over tokens comes with the last. */
export class TokenText {
  private readonly ids: number[] = [];
  /** Decoding restarts here: far enough back that the piece before `read` is whole. */
  private start = 0;
  private read = 0;

  private readonly decode: (ids: number[]) => string;

  constructor(decode: (ids: number[]) => string) {
    this.decode = (ids) => (ids.length ? decode(ids) : '');
  }

  /** @returns the text that this token completes, '' in the middle of a character. */
  push(id: number): string {
    this.ids.push(id);
    const { known, all } = this.window();
    if (all.length <= known.length || all.endsWith('\ufffd')) return '';
    this.start = this.read;
    this.read = this.ids.length;
    return all.slice(known.length);
  }

  /** @returns what is left of an unfinished character. */
  flush(): string {
    const { known, all } = this.window();
    this.start = this.read = this.ids.length;
    return all.slice(known.length);
  }

  private window(): { known: string; all: string } {
    return {
      known: this.decode(this.ids.slice(this.start, this.read)),
      all: this.decode(this.ids.slice(this.start)),
    };
  }
}
