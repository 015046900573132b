/** Where the time of a decoding step goes: inside the runtime, and around it. */
import { linearModules, type CheckpointConfig } from '../checkpoint/config.ts';
import { generateGroups, type Vocabulary } from './generateGroup.ts';
import type { Decoder } from './decoder.ts';
import type { EncodedPrompt, Policy } from './policy.ts';

/** Milliseconds, of a step in the mean; the prefill's of the whole rollout. */
export interface StepTimes {
  /** Inside InferenceSession.run. */
  run: number;
  /** Inputs of the run and its outputs. */
  feeds: number;
  /** Keys and values of the rows that go on. */
  select: number;
  embed: number;
  /** drawToken and the row's books. */
  draw: number;
  /** TokenText. */
  text: number;
  /** Turns of the event loop, so that an abort can arrive. */
  turns: number;
  prefill: number;
}

export interface StepTrace {
  steps: number;
  /** Rows of a step in the mean. */
  live: number;
  times: StepTimes;
}

/** What a policy on ONNX Runtime keeps to itself. */
interface Inside {
  config: CheckpointConfig;
  decoder: Pick<Decoder, 'prefill' | 'prefillAll' | 'select' | 'step' | 'clear'> & {
    model: { session: { run(...given: unknown[]): Promise<unknown> } };
  };
  vocabulary: Vocabulary;
}

type Sampling = { temperature: number; top_p: number; top_k: number; max_completion_length: number };

/** Of some groups of `rows` completions, one after the other. */
export async function traceSteps(
  policy: Policy,
  prompt: EncodedPrompt,
  rows: number,
  seeds: number[],
  sampling: Sampling,
): Promise<StepTrace> {
  const { decoder, vocabulary } = policy as unknown as Inside;
  const spent = { run: 0, step: 0, select: 0, embed: 0, choose: 0, text: 0, turns: 0, prefill: 0 };
  let [steps, live, last] = [0, 0, 0];
  const now = () => performance.now();
  const timed = async <T>(what: keyof typeof spent, work: () => Promise<T>): Promise<T> => {
    const start = now();
    if (last) spent.turns += start - last;
    const result = await work();
    spent[what] += now() - start;
    last = now();
    return result;
  };
  const { session } = decoder.model;
  const run = session.run.bind(session);
  let inRun = 0;
  session.run = async (...given) => {
    const start = now();
    const result = await run(...given);
    inRun += now() - start;
    return result;
  };
  const traced: Parameters<typeof generateGroups>[0] = {
    prefill: (embeds, room) => timed('prefill', () => decoder.prefill(embeds, room)),
    prefillAll: (prompts, room) => timed('prefill', () => decoder.prefillAll(prompts, room)),
    select: (kept) => timed('select', () => decoder.select(kept)),
    step: (embeds) =>
      timed('step', async () => {
        steps++;
        inRun = 0;
        const logits = await decoder.step(embeds);
        spent.run += inRun;
        return logits;
      }),
    clear: () => decoder.clear(),
  };
  const words: Vocabulary = {
    ...vocabulary,
    embed: (ids) => {
      live += ids.length;
      return timed('embed', () => vocabulary.embed(ids));
    },
    decode: (ids) => {
      const start = now();
      const text = vocabulary.decode(ids);
      spent.text += now() - start;
      return text;
    },
  };
  const onTokens = () => {
    spent.choose += now() - last;
    last = now();
  };
  try {
    for (const seed of seeds) {
      last = 0;
      const group = { embeds: prompt.embeds, rows: [...Array(rows).keys()], seed };
      await generateGroups(traced, words, [group], sampling, { onTokens });
    }
  } finally {
    session.run = run;
  }
  const { text, choose, step, prefill, ...rest } = spent;
  const times = { ...rest, feeds: step - spent.run, draw: choose - text, text };
  const mean = Object.fromEntries(Object.entries(times).map(([what, ms]) => [what, ms / steps]));
  return { steps, live: live / steps, times: { ...mean, prefill: prefill / seeds.length } as StepTimes };
}

/** What a step has to do at the least. */
export interface StepCount {
  /** Weights in float32, as they are unpacked on a CPU: read once whatever the rows. */
  weightBytes: number;
  /** Multiply-adds of a row with the weights. */
  weights: number;
  /** Of a row with the keys and values of so many positions. */
  attention: number;
}

export function countStep(policy: Policy, positions: number): StepCount {
  const { config } = policy as unknown as Inside;
  const { vocab_size, hidden_size, num_hidden_layers, num_attention_heads, head_dim } = config;
  const linear = linearModules(config, 'all').reduce((sum, module) => sum + module.in * module.out, 0);
  const weights = linear + vocab_size * hidden_size;
  return {
    weightBytes: 4 * weights,
    weights,
    attention: 2 * num_hidden_layers * num_attention_heads * head_dim * positions,
  };
}
