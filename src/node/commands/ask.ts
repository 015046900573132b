import type { Completion } from '../../policy/policy.ts';
import { KINDS, OPTION_LETTERS, type Question } from '../../questions/question.ts';
import { parseResponse, scoreResponse } from '../../questions/reward.ts';
import { DEFAULT_GRPO_CONFIG } from '../../training/grpoConfig.ts';
import { EMBEDDED } from '../checkpointFolder.ts';
import { MAPPING_HELP, readMapping } from '../mappingFlag.ts';
import { MODEL_HELP } from '../openCheckpoint.ts';
import { numberBetween, oneOf, parse, UsageError, wholeNumber, type Command } from '../command.ts';
import { DEFAULT_BUNDLE } from '../openDemonstrations.ts';
import { PRESET_HELP, presetSettings } from '../presetFlag.ts';

const text = { type: 'string' } as const;
const OPTIONS = {
  question: text,
  kind: text,
  preset: text,
  mapping: text,
  model: { ...text, default: EMBEDDED },
  mirror: text,
  adapter: text,
  samples: { ...text, default: '1' },
  temperature: text,
  seed: { ...text, default: '0' },
  blind: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

export const command: Command = {
  summary: 'Ask the model one question and see it think.',
  usage: 'ask [FILE] [options]   (FILE: demonstrations; without it the sample ones)',
  help: [
    ['--question ID', 'as "questions FILE --json" lists them (one drawn by seed)'],
    ['--kind KIND', `draw among ${KINDS.join(', ')}`],
    PRESET_HELP,
    MAPPING_HELP,
    ['--adapter DIR', 'a PEFT adapter, e.g. what train wrote'],
    ...MODEL_HELP,
    ['--samples N', 'so many responses from one prefill (1)'],
    ['--temperature X', '0 is greedy (0 for one response, 1 for more)'],
    ['--seed N', 'seed of the draw and the sampling (0)'],
    ['--blind', 'show a grey picture'],
    ['--json', 'print {"question", "kind", "prompt", "options", "answer", "responses"}'],
  ],
  async run(args, terminal) {
    const { values, positionals } = parse(args, OPTIONS, [0, 1]);
    const { signal } = terminal;
    const samples = wholeNumber('samples', values.samples, 1);
    const seed = wholeNumber('seed', values.seed);
    const asked = presetSettings(values.preset);
    const temperature = numberBetween('temperature', values.temperature ?? (samples > 1 ? '1' : '0'), 0, 10);
    const kind = values.kind === undefined ? null : oneOf('kind', values.kind, KINDS);
    if (kind && values.question) throw new UsageError('--kind and --question do not go together');
    const { readAdapterFolder } = await import('../checkpointFolder.ts');
    const { openPolicy } = await import('../openPolicy.ts');
    const { imagesOf, openDemonstrations } = await import('../openDemonstrations.ts');
    const { makeQuestions } = await import('../../questions/generate.ts');
    const { seededRandom } = await import('../../demos/random.ts');
    const mapping = await readMapping(values.mapping);
    const bundle = await openDemonstrations(positionals[0] ?? DEFAULT_BUNDLE, mapping);
    for (const remark of bundle.remarks) terminal.note(remark);
    const all = makeQuestions(bundle.demonstrations, asked);
    const fitting = all.filter((q) =>
      values.question ? q.id === values.question : !kind || q.kind === kind,
    );
    if (fitting.length === 0)
      throw new Error(`${bundle.name} has no question ${values.question ?? `of the kind ${kind}`}`);
    const question = fitting[Math.floor(seededRandom(seed, 'ask')() * fitting.length)];
    const policy = await openPolicy(values.model, { mirror: values.mirror, terminal });
    if (values.adapter) await policy.setAdapter(await readAdapterFolder(values.adapter));
    const prompt = await policy.encode(
      question.prompt,
      values.blind ? 'blank' : await imagesOf(bundle)(question),
    );
    const settings = { ...DEFAULT_GRPO_CONFIG.sampling, temperature, seed };
    let written = '';
    const completions = await policy.generate(prompt, samples, settings, {
      signal,
      onTokens: ([token]) => terminal.progress((written += token ?? '').replaceAll('\n', ' ')),
    });
    const responses = completions.map((completion) => describeResponse(completion, question));
    if (values.json) return terminal.print(JSON.stringify(asJson(question, responses)));
    terminal.print(`${question.id}, right answer ${question.answer}\n\n${question.prompt}`);
    for (const { text, letters, reward } of responses) {
      const odds = letters
        ? OPTION_LETTERS.slice(0, question.options.length)
            .map((letter, i) => `${letter} ${letters[i]?.toFixed(3) ?? 'unknown'}`)
            .join(', ')
        : 'no letter';
      terminal.print(`\n${text}\n(${odds}; format ${reward.format}, accuracy ${reward.accuracy})`);
    }
  },
};

function describeResponse({ text, ids, letters, terminated }: Completion, question: Question) {
  const { letter } = parseResponse(text);
  return {
    text,
    letter,
    letters,
    tokens: ids.length,
    terminated,
    reward: scoreResponse(text, question.answer),
  };
}

function asJson(
  { id, kind, prompt, options, answer }: Question,
  responses: ReturnType<typeof describeResponse>[],
) {
  return { question: id, kind, prompt, options, answer, responses };
}
