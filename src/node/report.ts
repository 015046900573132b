/**
 * Several seeds as one table and one picture: npx tsx src/node/report.ts RUN.. --out DIR
 * RUN is a folder that "robot-r1 train" has finished. Writes DIR/grpo.md and DIR/grpo.svg.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { curveSvg, type Curve } from '../evaluation/curveSvg.ts';
import { seedTables } from '../evaluation/seedTable.ts';
import type { Run } from '../runs/run.ts';
import { readRunFiles } from '../runs/runFiles.ts';
import { parse, UsageError } from './command.ts';
import type { FullReport } from './trainRun.ts';

const COLOURS = { accuracy: '#0b62a8', format: '#8a8a8a', held: '#c2410c' };

async function main(): Promise<void> {
  const options = { out: { type: 'string' } } as const;
  const { values, positionals } = parse(process.argv.slice(2), options, [1, 99]);
  if (!values.out) throw new UsageError('say with --out DIR where grpo.md and grpo.svg go');
  const reports: FullReport[] = [];
  const runs: Run[] = [];
  for (const folder of positionals) {
    const file = join(folder, 'report.json');
    const text = await readFile(file, 'utf8').catch(() => {
      throw new Error(`${file} is missing: let "robot-r1 train --resume ${folder}" finish`);
    });
    reports.push(JSON.parse(text) as FullReport);
    runs.push(await readRunFiles(async (name) => new Uint8Array(await readFile(join(folder, name)))));
  }
  await mkdir(values.out, { recursive: true });
  await writeFile(join(values.out, 'grpo.md'), seedTables(reports));
  await writeFile(join(values.out, 'grpo.svg'), curveSvg(curves(runs)));
  process.stdout.write(seedTables(reports));
}

function curves(runs: Run[]): Curve[] {
  const metric = (name: string) =>
    runs.map(({ records }) => records.map(({ step, metrics }): [number, number] => [step, metrics[name]]));
  const held = runs.map(({ evaluations }) =>
    evaluations
      .filter(({ report }) => !report.blind)
      .map(({ step, report }): [number, number] => [step, report.sampled_accuracy.value]),
  );
  return [
    { label: 'held-out accuracy, T = 1', colour: COLOURS.held, dots: true, seeds: held },
    {
      label: 'rollout accuracy',
      colour: COLOURS.accuracy,
      dots: false,
      seeds: metric('rewards/accuracy/mean'),
    },
    { label: 'rollout format', colour: COLOURS.format, dots: false, seeds: metric('rewards/format/mean') },
  ];
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
