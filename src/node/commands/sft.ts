import { SFT_FORMS } from '../../questions/sftForms.ts';
import { RESPONSE_FORMS } from '../../questions/supervisedResponse.ts';
import { DEFAULT_SFT_SETTINGS } from '../../training/sftSettings.ts';
import { oneOf, parse, type Command } from '../command.ts';
import { flagHelp, flagOptions, SFT_FLAGS, withGrpoFlags } from '../grpoFlags.ts';
import { train, TRAINING_OPTIONS, trainingConfig, trainingHelp, wholeOr } from '../trainingCommand.ts';

const text = { type: 'string' } as const;
const OPTIONS = {
  ...TRAINING_OPTIONS,
  response: text,
  per_device_train_batch_size: text,
  ...flagOptions(SFT_FLAGS),
} as const;

const S = DEFAULT_SFT_SETTINGS;

export const command: Command = {
  summary: 'Fine-tune an adapter on true answers on the CPU: the baseline of GRPO.',
  usage: 'sft [FILE] --out DIR [options]   (FILE: demonstrations; without it the sample ones)',
  help: trainingHelp([
    [
      '--response FORM',
      `answer: the letter alone; reasoned: the true positions thought first; direct, cot: the paper’s open rows (${S.response})`,
    ],
    ['--per_device_train_batch_size N', `examples in a step (${S.per_device_train_batch_size})`],
    ...flagHelp(SFT_FLAGS),
  ]),
  async run(args, terminal) {
    const { values, positionals } = parse(args, OPTIONS, [0, 1]);
    const { response = S.response, per_device_train_batch_size: batch } = values;
    const settings = {
      config: withGrpoFlags(trainingConfig(values), values),
      sft: {
        response: oneOf('response', response, [...RESPONSE_FORMS, ...SFT_FORMS]),
        per_device_train_batch_size: wholeOr(
          'per_device_train_batch_size',
          batch,
          S.per_device_train_batch_size,
        ),
      },
    };
    const fixed = ['response', 'per_device_train_batch_size', ...SFT_FLAGS];
    await train({ command: 'sft', values, positionals, fixed, settings }, terminal);
  },
};
