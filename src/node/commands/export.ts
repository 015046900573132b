import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { DEFAULT_REWARD_WEIGHTS } from '../../questions/reward.ts';
import { numberBetween, parse, UsageError, wholeNumber, type Command } from '../command.ts';
import { MAPPING_HELP, readMapping } from '../mappingFlag.ts';
import { PRESET_HELP, presetSettings } from '../presetFlag.ts';

const text = { type: 'string' } as const;
const OPTIONS = {
  out: text,
  preset: text,
  mapping: text,
  seed: { ...text, default: '0' },
  'test-share': { ...text, default: '0.25' },
  json: { type: 'boolean', default: false },
} as const;

export const command: Command = {
  summary: "Write the same training for a CUDA cluster: an EasyR1 bundle with the paper's values.",
  usage: 'export FILE --out DIR [options]',
  help: [
    ['--out DIR', 'config.yaml, train.jsonl, val.jsonl, images, reward.py, README.md go here'],
    PRESET_HELP,
    MAPPING_HELP,
    ['--seed N', 'seed of options, letters and split (0)'],
    ['--test-share X', 'share of the demonstrations for val (0.25)'],
    ['--json', 'print {"train", "val", "files"}'],
  ],
  async run(args, terminal) {
    const { values, positionals } = parse(args, OPTIONS, [1, 1]);
    const [path] = positionals;
    const { out } = values;
    if (!out) throw new UsageError('say with --out DIR where the bundle goes');
    const settings = { ...presetSettings(values.preset), seed: wholeNumber('seed', values.seed) };
    const share = numberBetween('test-share', values['test-share'], 0.01, 0.99);
    const { openSplit } = await import('../openSplit.ts');
    const mapping = await readMapping(values.mapping);
    const note = (remark: string) => terminal.note(remark);
    const { train, test, images } = await openSplit(path, settings, share, note, mapping);
    const { easyR1Files } = await import('../../fullscale/easyr1.ts');
    const files = easyR1Files({
      name: basename(path, extname(path)),
      questions: { train, val: test },
      image: images,
      rewardWeights: DEFAULT_REWARD_WEIGHTS,
      signal: terminal.signal,
      onProgress: ({ done, total, what }) => terminal.progress(`${done}/${total} ${what}`),
    });
    let count = 0;
    for await (const file of files) {
      const target = join(out, file.path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, file.bytes);
      count++;
    }
    const written = { train: train.length, val: test.length, files: count };
    if (values.json) terminal.print(JSON.stringify(written));
    else
      terminal.print(
        `${out}: ${written.train} train and ${written.val} val questions; README.md there has the command`,
      );
  },
};
