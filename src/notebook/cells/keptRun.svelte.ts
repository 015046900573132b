import type { Run } from '../../runs/run.ts';
import type { RunDigest } from '../document/runDigestSchema.ts';
import { storedRuns } from '../runs.ts';

/** What a notebook keeps of a cell's run, which itself lies among the runs. */
export interface KeptRunResults {
  /** By its id. */
  run: string | null;
  /** What a notebook's file says of its runs, for as long as the first of them is not in this browser. */
  digests?: RunDigest[];
}

/** The run that a cell held when its notebook was kept: in this browser, only told of in the file, or lost. */
export class KeptRun {
  readonly #id: string | null;
  readonly #digests: RunDigest[];
  /** Of a run that is not in this browser, and of those laid over it, as a file tells of them. */
  elsewhere = $state.raw<RunDigest[]>([]);
  #opened = $state(false);

  constructor({ run = null, digests = [] }: Partial<KeptRunResults> = {}) {
    this.#id = run;
    this.#digests = digests;
  }

  /** @param shown the id of the run that the cell holds now. */
  results(shown: string | null): KeptRunResults {
    const away = !shown && (!this.#opened || this.elsewhere.length > 0);
    return {
      run: shown ?? (away ? this.#id : null),
      ...(away && this.#digests.length && { digests: this.#digests }),
    };
  }

  /**
   * Once, after the cell was made; `elsewhere` is set where the file alone tells of the run.
   * @param isWanted asked before the run is loaded: the cell may have begun another.
   * @param show takes the run where it is here.
   */
  async open(
    isWanted: () => boolean,
    show: (run: Run) => void,
  ): Promise<'none' | 'shown' | 'elsewhere' | 'lost' | 'unwanted'> {
    try {
      if (!this.#id) return 'none';
      const runs = await storedRuns();
      const { runs: stored } = await runs.list();
      if (!isWanted()) return 'unwanted';
      if (stored.some(({ id }) => id === this.#id)) {
        show(await runs.load(this.#id));
        return 'shown';
      }
      if (this.#digests[0]?.id !== this.#id) return 'lost';
      this.elsewhere = this.#digests;
      return 'elsewhere';
    } finally {
      this.#opened = true;
    }
  }
}
