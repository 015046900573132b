import { DEFAULT_GRPO_CONFIG } from '../../training/grpoConfig.ts';
import { parse, type Command } from '../command.ts';
import { flagHelp, flagOptions, GRPO_FLAGS, withGrpoFlags } from '../grpoFlags.ts';
import { train, TRAINING_OPTIONS, trainingConfig, trainingHelp, wholeOr } from '../trainingCommand.ts';

const text = { type: 'string' } as const;
const OPTIONS = {
  ...TRAINING_OPTIONS,
  generations: text,
  rollouts: text,
  ...flagOptions(GRPO_FLAGS),
} as const;

const C = DEFAULT_GRPO_CONFIG;

export const command: Command = {
  summary: 'Train an adapter by GRPO on the CPU.',
  usage: 'train [FILE] --out DIR [options]   (FILE: demonstrations; without it the sample ones)',
  help: trainingHelp([
    ['--generations N', `responses to a prompt (${C.num_generations})`],
    ['--rollouts N', `responses in a step, a multiple of --generations (${C.generation_batch_size})`],
    ...flagHelp(GRPO_FLAGS),
  ]),
  async run(args, terminal) {
    const { values, positionals } = parse(args, OPTIONS, [0, 1]);
    const config = {
      ...trainingConfig(values),
      num_generations: wholeOr('generations', values.generations, C.num_generations, 2),
      generation_batch_size: wholeOr('rollouts', values.rollouts, C.generation_batch_size, 2),
    };
    const settings = { config: withGrpoFlags(config, values) };
    const fixed = ['generations', 'rollouts', ...GRPO_FLAGS];
    await train({ command: 'train', values, positionals, fixed, settings }, terminal);
  },
};
