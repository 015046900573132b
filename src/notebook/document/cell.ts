/** What every cell's state offers to the notebook that holds it. */
export interface CellState {
  /** A word or two on how it stands, for the contents. */
  readonly summary: string;
  /** Set by the reader: kept, put into links, taken over by a duplicate. JSON. */
  readonly settings: unknown;
  /** Small results: kept and put into files. JSON; null when there are none. */
  readonly results?: unknown;
  /** Why what is shown no longer follows from the cells above; '' while it does. */
  readonly stale?: string;
  /** The run that it shows, by id: it takes from the cell that trained it. */
  readonly shows?: string | null;
  readonly busy?: boolean;
  /** Has it done what it is for, so that "run all" need not do it again? */
  readonly fresh?: boolean;
  /** Takes up what was kept, e.g. files and runs, once the page is painted. Errors are shown in the cell. */
  reopen?(): Promise<void>;
  /** Does what the cell is for. @returns false when it could not or was cancelled: those below it need not try. */
  runAll?(): Promise<boolean>;
  /** Ends what is under way. */
  cancel?(): void;
}
