/** What stands in the number fields of a form and is no value of theirs: the form is not to be acted on meanwhile. */
export class WrongFields {
  #fields = $state.raw<ReadonlyMap<string, { text: string; error: string }>>(new Map());

  /** What is wrong with the first, a line; '' when nothing is. */
  get first(): string {
    const [first] = this.#fields.values();
    return first?.error ?? '';
  }

  /** Why the form is not to be acted on, a sentence; '' when it may be. */
  get obstacle(): string {
    return this.first && `Correct this first: ${this.first}.`;
  }

  textAt(path: string): string | undefined {
    return this.#fields.get(path)?.text;
  }

  errorAt(path: string): string {
    return this.#fields.get(path)?.error ?? '';
  }

  put(path: string, text: string, error: string) {
    this.#fields = new Map([...this.#fields, [path, { text, error }]]);
  }

  /** Of one field, or of all whose values were replaced. */
  clear(path?: string) {
    if (this.#fields.size)
      this.#fields = new Map([...this.#fields].filter(([at]) => path !== undefined && at !== path));
  }
}
