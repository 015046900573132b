import { oneOf, parse, UsageError, wholeNumber, type Command } from '../command.ts';

const text = { type: 'string' } as const;
const OPTIONS = {
  out: text,
  raw: text,
  task: { ...text, multiple: true },
  count: { ...text, default: '10' },
  seed: { ...text, default: '0' },
  variation: { ...text, default: '0' },
  every: { ...text, default: '1' },
  'vary-camera': { type: 'boolean', default: false },
  'vary-light': { type: 'boolean', default: false },
  'vary-colours': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

export const command: Command = {
  summary: 'Record demonstrations in the simulator (needs a Chromium).',
  usage: 'record --out FILE.zip [options]   or   record --raw DIR [options]',
  help: [
    ['--out FILE.zip', 'a LeRobot v3.0 dataset, as the page takes it'],
    ['--raw DIR', "a folder of raw recordings instead, with the objects' positions"],
    ['--task NAME', "may be repeated; an unknown name lists them all (the paper's five training tasks)"],
    ['--count N', 'demonstrations of each task (10)'],
    ['--seed N', 'seed of the first; the next count up (0)'],
    ['--variation N', 'which colour, drawer or number of blocks is asked for (0)'],
    ['--vary-camera', 'every seed is seen from a slightly different place; the calibration follows'],
    ['--vary-light', "every seed has the lamp's place, strength and warmth drawn anew"],
    ['--vary-colours', 'every seed tints table, wall and robot; what the instruction names keeps its colour'],
    ['--every N', 'with --raw: only every N-th picture (1)'],
    ['--json', 'print what was written'],
  ],
  async run(args, terminal) {
    const { values } = parse(args, OPTIONS, [0, 0]);
    if (!values.out === !values.raw)
      throw new UsageError('say with --out FILE.zip or --raw DIR where they go');
    const { TASKS, TRAINING_TASKS } = await import('../../simulator/tasks/tasks.ts');
    const names = TASKS.map(({ name }) => name);
    const options = {
      tasks: values.task?.map((name) => oneOf('task', name, names)) ?? TRAINING_TASKS.map(({ name }) => name),
      count: wholeNumber('count', values.count, 1),
      seed: wholeNumber('seed', values.seed),
      variation: wholeNumber('variation', values.variation),
      every: wholeNumber('every', values.every, 1),
      variety: {
        camera: values['vary-camera'],
        light: values['vary-light'],
        colours: values['vary-colours'],
      },
      signal: terminal.signal,
    };
    if (values.out && options.every > 1)
      throw new UsageError('--every goes with --raw: a dataset holds every frame');
    const { record, recordRaw } = await import('../record.ts');
    const write = values.raw ? recordRaw : record;
    const written = await write(values.raw ?? values.out!, options, (progress) => {
      const { done, total, frames, dropped, id } = progress;
      const passed = dropped ? `, ${dropped} seeds passed over` : '';
      terminal.progress(`${done}/${total} demonstrations, ${frames} pictures${passed}: ${id}`);
    });
    for (const { task, seed } of written.dropped) {
      terminal.note(`${task}: seed ${seed} passed over, the expert failed on it`);
    }
    if (values.json) terminal.print(JSON.stringify(written));
    else
      terminal.print(
        `${values.raw ?? values.out}: ${written.demonstrations} demonstration${written.demonstrations === 1 ? '' : 's'}, ${written.frames} pictures`,
      );
  },
};
