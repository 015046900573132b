/** The numbers of a run without its rollouts, and the files they are taken home in. */
import type { SavedEvaluation } from './run.ts';

export interface CurveStep {
  step: number;
  /** Under TRL's names. */
  metrics: Record<string, number>;
  seconds: number;
}

export interface RunCurves {
  name: string;
  /** ISO date and time. */
  created: string;
  method: 'grpo' | 'sft';
  steps: CurveStep[];
  evaluations: SavedEvaluation[];
}

/** As TensorBoard's users know them: what training logs under train/, held-out numbers under eval/. */
export interface LoggedRow {
  step: number;
  /** Of training since the run began. */
  seconds: number;
  values: Record<string, number>;
}

/** One row a step in order, step 0 first if it was evaluated. The blind control is under eval_blind. */
export function loggedRows({ steps, evaluations }: RunCurves): LoggedRow[] {
  const rows: LoggedRow[] = steps.map(({ step, metrics }) => ({
    step,
    seconds: 0,
    values: prefixed('train', metrics),
  }));
  let total = 0;
  rows.forEach((row, i) => (row.seconds = total += steps[i].seconds));
  for (const { step, report } of evaluations) {
    let row = rows.find((r) => r.step === step);
    if (!row) {
      row = { step, seconds: 0, values: {} };
      rows.splice(rows.filter((r) => r.step < step).length, 0, row);
    }
    const under = report.blind ? 'eval_blind' : 'eval';
    for (const measure of ['accuracy', 'sampled_accuracy', 'format'] as const) {
      const { value, low, high } = report[measure];
      if (Number.isFinite(value))
        Object.assign(row.values, {
          [`${under}/${measure}`]: value,
          [`${under}/${measure}_low`]: low,
          [`${under}/${measure}_high`]: high,
        });
    }
    row.values[`${under}/n`] = report.accuracy.n;
  }
  return rows;
}

function prefixed(prefix: string, metrics: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`${prefix}/${name}`, value]));
}

/** RFC 4180, one row a step and run; empty where a step has no such number. */
export function curvesCsv(runs: RunCurves[]): string {
  const logged = runs.map((run) => ({ run, rows: loggedRows(run) }));
  const names = [...new Set(logged.flatMap(({ rows }) => rows.flatMap(({ values }) => Object.keys(values))))];
  const lines = logged.flatMap(({ run, rows }) =>
    rows.map(({ step, seconds, values }) => [
      cell(run.name),
      step,
      seconds,
      ...names.map((n) => values[n] ?? ''),
    ]),
  );
  return [['run', 'step', 'seconds', ...names.map(cell)], ...lines]
    .map((row) => row.join(',') + '\r\n')
    .join('');
}

/** A name from elsewhere must not become a formula in a spreadsheet. */
function cell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** One object a line: run, step, seconds, and the numbers by name. */
export function curvesJsonl(runs: RunCurves[]): string {
  return runs
    .flatMap((run) =>
      loggedRows(run).map(({ step, seconds, values }) =>
        JSON.stringify({ run: run.name, step, seconds, ...values }),
      ),
    )
    .map((line) => line + '\n')
    .join('');
}
