/** Runs that differ by their seed, as tables in Markdown with what is uncertain about them. */
import { KINDS, type Kind } from '../questions/question.ts';
import { meanInterval, type MeanInterval } from './intervals.ts';
import { comparePaired } from './paired.ts';
import type { EvaluationReport } from './report.ts';

export interface SeedReport {
  seed: number;
  steps: number;
  seconds: number;
  before: EvaluationReport;
  after: EvaluationReport;
  blind: { before: EvaluationReport; after: EvaluationReport };
}

/**
 * One table a seed and one a kind, shares in per cent. Changes are paired by question; their 95 % intervals are over
 * questions, and over seeds where that is said.
 * @throws Error when the runs were not evaluated on the same questions.
 */
export function seedTables(reports: SeedReport[]): string {
  if (reports.length === 0) throw new Error('there are no runs to compare');
  return [bySeed(reports), byKind(reports)].map((table) => table.map(row).join('\n')).join('\n\n') + '\n';
}

function bySeed(reports: SeedReport[]): string[][] {
  const head = [
    'seed',
    'greedy',
    'change',
    'McNemar p',
    'sampled (T = 1)',
    'change',
    'format',
    'steps',
    'minutes',
  ];
  const rows = reports.map(({ seed, before, after, steps, seconds }) => {
    const change = comparePaired(before, after);
    return [
      String(seed),
      fromTo(before.accuracy.value, after.accuracy.value),
      points(change.accuracy),
      probability(change.mcnemar.p),
      fromTo(before.sampled_accuracy.value, after.sampled_accuracy.value),
      points(change.sampled_accuracy),
      fromTo(before.format.value, after.format.value),
      String(steps),
      (seconds / 60).toFixed(1),
    ];
  });
  const over = (value: (report: EvaluationReport) => number) => {
    const [from, to] = (['before', 'after'] as const).map((when) => mean(reports.map((r) => value(r[when]))));
    return [fromTo(from, to), points(meanInterval(reports.map((r) => value(r.after) - value(r.before))))];
  };
  const [greedy, greedyChange] = over((report) => report.accuracy.value);
  const [sampled, sampledChange] = over((report) => report.sampled_accuracy.value);
  const [format] = over((report) => report.format.value);
  const total = [
    'mean, interval over seeds',
    greedy,
    greedyChange,
    '',
    sampled,
    sampledChange,
    format,
    '',
    '',
  ];
  return [head, head.map(() => '---'), ...rows, ...(reports.length > 1 ? [total] : [])];
}

function byKind(reports: SeedReport[]): string[][] {
  const head = [
    'mean of seeds',
    'n',
    'greedy',
    'change',
    'sampled (T = 1)',
    'change',
    'blind greedy',
    'blind sampled',
  ];
  const rows = (['all', ...KINDS] as const).flatMap((kind) => {
    const n = indicesOf(reports[0].before, kind).length;
    if (n === 0) return [];
    const pick = (report: EvaluationReport, values: 'greedy' | 'sampled') =>
      indicesOf(report, kind).map((i) => report[values][i]);
    const cells = (['greedy', 'sampled'] as const).map((values) => {
      const before = acrossSeeds(reports.map((r) => pick(r.before, values)));
      const after = acrossSeeds(reports.map((r) => pick(r.after, values)));
      const blindBefore = acrossSeeds(reports.map((r) => pick(r.blind.before, values)));
      const blindAfter = acrossSeeds(reports.map((r) => pick(r.blind.after, values)));
      return {
        sighted: fromTo(mean(before), mean(after)),
        change: points(meanInterval(after.map((share, i) => share - before[i]))),
        blind: fromTo(mean(blindBefore), mean(blindAfter)),
      };
    });
    const [greedy, sampled] = cells;
    return [
      [
        kind,
        String(n),
        greedy.sighted,
        greedy.change,
        sampled.sighted,
        sampled.change,
        greedy.blind,
        sampled.blind,
      ],
    ];
  });
  return [head, head.map(() => '---'), ...rows];
}

function indicesOf({ questions }: EvaluationReport, kind: Kind | 'all'): number[] {
  return questions.flatMap((question, i) => (kind === 'all' || question.endsWith(`/${kind}`) ? [i] : []));
}

/** For every question its mean over the seeds. */
function acrossSeeds(shares: number[][]): number[] {
  if (shares.some((own) => own.length !== shares[0].length))
    throw new Error('the runs were not evaluated on the same questions');
  return shares[0].map((_, i) => mean(shares.map((own) => own[i])));
}

function row(cells: string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function fromTo(from: number, to: number): string {
  return `${hundredths(from)} → ${hundredths(to)}`;
}

function points({ value, low, high }: MeanInterval): string {
  const sign = value > 0 ? '+' : '';
  const ends = Number.isFinite(low) ? ` [${hundredths(low)}, ${hundredths(high)}]` : '';
  return `${sign}${hundredths(value)}${ends}`;
}

function hundredths(share: number): string {
  return (100 * share).toFixed(1).replace(/^-(0\.0)$/, '$1');
}

function probability(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
