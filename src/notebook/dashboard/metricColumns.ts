/** The metrics of a run as columns, grown as it trains: a step costs the same whether it is the tenth or the ten-thousandth. */
import type { CurveStep } from '../../runs/curves.ts';

export interface Columns {
  steps: number[];
  /** In the order in which they appeared. */
  names: string[];
  /** One value a step, NaN where the step has none; empty where no step has. */
  column(name: string): number[];
}

/** Ours: prompt and completion tokens seen (TRL's num_tokens) in the time of the step. */
export const TOKENS_PER_SECOND = 'tokens_per_second';

export class MetricColumns {
  #steps: number[] = [];
  #columns = new Map<string, number[]>();
  #tokens = 0;
  #last: CurveStep['metrics'] | null = null;

  /** @param records all steps so far; those read before are not read again. */
  read(records: CurveStep[]): Columns {
    const known = this.#steps.length;
    if (records.length < known || (known > 0 && records[known - 1].metrics !== this.#last)) this.#forget();
    for (let i = this.#steps.length; i < records.length; i++) this.#append(records[i]);
    const columns = this.#columns;
    return {
      steps: this.#steps,
      names: [...columns.keys()],
      column: (name) => columns.get(name) ?? [],
    };
  }

  #append({ step, seconds, metrics }: CurveStep): void {
    const before = this.#steps.length;
    this.#steps.push(step);
    const { num_tokens } = metrics as { num_tokens?: number };
    const speed = num_tokens !== undefined && seconds > 0 ? (num_tokens - this.#tokens) / seconds : NaN;
    this.#tokens = num_tokens ?? this.#tokens;
    for (const name of Object.keys(metrics)) this.#put(name, metrics[name], before);
    this.#put(TOKENS_PER_SECOND, speed, before);
    for (const column of this.#columns.values()) if (column.length === before) column.push(NaN);
    this.#last = metrics;
  }

  #put(name: string, value: number, before: number): void {
    let column = this.#columns.get(name);
    if (!column) this.#columns.set(name, (column = new Array<number>(before).fill(NaN)));
    column.push(value);
  }

  #forget(): void {
    this.#steps = [];
    this.#columns = new Map();
    this.#tokens = 0;
    this.#last = null;
  }
}
