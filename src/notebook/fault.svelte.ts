import type { CellKind } from './document/kinds.ts';

/** What the page can do about an error, at a press: load a checkpoint, go to a cell, or what a cell offers. */
export type Remedy = { load: string } | { go: CellKind } | { words: string; act: () => void };

/** An error that the page can do something about. */
export class RemediableError extends Error {
  readonly remedy: Remedy;

  constructor(message: string, remedy: Remedy) {
    super(message);
    this.remedy = remedy;
  }
}

/** The error that a cell shows, '' when there is none, and its remedy. */
export class Fault {
  text = $state('');
  #told = $state.raw<{ text: string; remedy: Remedy | null } | null>(null);

  /** Of this error, and of no other that takes its place. */
  readonly remedy = $derived(this.#told?.text === this.text ? this.#told.remedy : null);

  /** @param text in place of the error's own words */
  tell(error: Error, text = error.message) {
    this.text = text;
    this.#told = { text, remedy: remedyOf(error) };
  }
}

function remedyOf(error: Error): Remedy | null {
  if (error instanceof RemediableError) return error.remedy;
  return error.name === 'StorageFullError' ? { go: 'runs' } : null;
}
