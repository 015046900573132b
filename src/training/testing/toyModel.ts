/**
 * A policy and a learner for tests, small enough to work out by hand: the response is one token, one of the four
 * letters or a malformed answer, drawn from a softmax over five numbers, which are the whole adapter.
 */
import type { Adapter } from '../../checkpoint/adapter.ts';
import { seededRandom } from '../../demos/random.ts';
import type { Learner, LearnerGroup, OptimizerState } from '../../learner/learner.ts';
import type { ObjectiveSettings } from '../../learner/lossSettings.ts';
import type {
  BatchOptions,
  Completion,
  Policy,
  SamplingSettings,
  SeededPrompt,
} from '../../policy/policy.ts';
import { LETTERS, type Letter, type Question } from '../../questions/question.ts';

export function toyAdapter(logits = [0, 0, 0, 0, 0]): Adapter {
  const pair = { A: Float32Array.from(logits), B: Float32Array.of(1), in: logits.length, out: 1 };
  return { config: { r: 1, lora_alpha: 1, target_modules: ['toy'] }, modules: { toy: pair } };
}

export function toyQuestion(number: number, answer: Question['answer'] = 'B'): Question {
  return {
    id: `demo/${number}/waypoint`,
    kind: 'waypoint',
    demonstration: 'demo',
    task: 'toy',
    frame: number,
    camera: 'front',
    prompt: 'what? <image>',
    options: ['1', '2', '3', '4'],
    points: null,
    answer,
    state: [0, 0, 0],
    keypoint: number + 1,
    target: [0, 0, 0],
  };
}

export function toyResponse(letter: Letter): string {
  return `<think> toy </think> <answer> [[${letter}]] </answer>`;
}

export const toyImage = () => Promise.resolve({ bytes: new Uint8Array([1]), mime: 'image/png' as const });

export class ToyPolicy implements Policy {
  readonly device = 'cpu';
  readonly checkpoint = 'toy';
  logits = [0, 0, 0, 0, 0];
  readonly settings: SamplingSettings[] = [];
  readonly images: ('blank' | 'seen')[] = [];

  encode(prompt: string, image: unknown) {
    this.images.push(image === 'blank' ? 'blank' : 'seen');
    return Promise.resolve({ ids: new Int32Array(prompt.length), embeds: new Float32Array(2), hidden: 2 });
  }

  encodeResponse(text: string) {
    const id = LETTERS.findIndex((letter) => text === toyResponse(letter));
    return Promise.resolve(Int32Array.of(id < 0 ? 4 : id));
  }

  generate(
    _: unknown,
    count: number,
    sampling: SamplingSettings,
    options?: { signal?: AbortSignal; onTokens?: (tokens: string[]) => void },
  ) {
    options?.signal?.throwIfAborted();
    this.settings.push(sampling);
    const random = seededRandom(sampling.seed);
    const completions = Array.from({ length: count }, () => this.draw(sampling.temperature, random()));
    options?.onTokens?.(completions.map(({ text }) => text));
    return Promise.resolve(completions);
  }

  async generateBatch(
    prompts: SeededPrompt[],
    count: number,
    sampling: Omit<SamplingSettings, 'seed'>,
    { signal, onTokens }: BatchOptions = {},
  ) {
    const groups = [];
    for (const [i, { prompt, seed }] of prompts.entries())
      groups.push(
        await this.generate(
          prompt,
          count,
          { ...sampling, seed },
          {
            signal,
            onTokens: (tokens) => i === 0 && onTokens?.(i, tokens),
          },
        ),
      );
    return groups;
  }

  optionScores() {
    return Promise.resolve(softmax(this.logits).slice(0, 4));
  }

  letterTrace() {
    return Promise.resolve({ at: [0], letters: [softmax(this.logits).slice(0, 4)] });
  }

  private draw(temperature: number, u: number): Completion {
    const p = softmax(this.logits);
    let id = p.indexOf(Math.max(...p));
    if (temperature > 0) for (id = 0; id < 4 && u >= p[id]; id++) u -= p[id];
    const text = id < 4 ? toyResponse(LETTERS[id]) : 'none';
    return {
      ids: Int32Array.of(id),
      text,
      tokens: [text],
      logprobs: Float32Array.of(Math.log(p[id])),
      entropies: Float32Array.of(1),
      terminated: true,
      letters: id < 4 ? p.slice(0, 4) : null,
    };
  }

  setAdapter(adapter: Adapter | null) {
    this.logits = [...(adapter ?? toyAdapter()).modules.toy.A];
    return Promise.resolve();
  }

  dispose() {
    return Promise.resolve();
  }
}

/** Gradient ascent with momentum on advantage x log p, exact; on log p alone when supervised. */
export class ToyLearner implements Learner {
  readonly device = 'cpu';
  updates: LearnerGroup[][] = [];
  private logits = [0, 0, 0, 0, 0];
  private momentum = [0, 0, 0, 0, 0];
  private steps = 0;

  setAdapter(adapter: Adapter, optimizer?: OptimizerState) {
    this.logits = [...adapter.modules.toy.A];
    this.momentum = [...(optimizer?.m['toy.A'] ?? [0, 0, 0, 0, 0])];
    this.steps = optimizer?.step ?? 0;
    return Promise.resolve();
  }

  adapter() {
    const m = { 'toy.A': Float32Array.from(this.momentum) };
    return Promise.resolve({ adapter: toyAdapter(this.logits), optimizer: { step: this.steps, m, v: {} } });
  }

  logprobs(group: LearnerGroup) {
    const p = softmax(this.logits);
    return Promise.resolve(group.responses.map(({ ids }) => Float32Array.of(Math.log(p[ids[0]]))));
  }

  update(
    groups: LearnerGroup[],
    { loss_type }: ObjectiveSettings,
    { learning_rate }: { learning_rate: number },
    options?: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void },
  ) {
    options?.signal?.throwIfAborted();
    this.updates.push(groups);
    const p = softmax(this.logits);
    const supervised = loss_type === 'nll';
    const responses = groups.flatMap((group) =>
      group.responses.map(({ ids, advantage }) => ({ ids, advantage: supervised ? 1 : advantage })),
    );
    const gradient = p.map((q, k) =>
      responses.reduce(
        (sum, { ids, advantage }) => sum + (advantage * ((ids[0] === k ? 1 : 0) - q)) / responses.length,
        0,
      ),
    );
    this.momentum = this.momentum.map((m, k) => Math.fround(0.9 * m + gradient[k]));
    this.logits = this.logits.map((l, k) => Math.fround(l + learning_rate * this.momentum[k]));
    this.steps++;
    options?.onProgress?.(groups.length, groups.length);
    const loss = responses.reduce((sum, { ids }) => sum - Math.log(p[ids[0]]) / responses.length, 0);
    const named: Record<string, number> = supervised ? { loss } : { policy_loss: 0 };
    return Promise.resolve({ ...named, grad_norm: Math.hypot(...gradient) });
  }

  dispose() {
    return Promise.resolve();
  }
}

function softmax(logits: number[]): number[] {
  const powers = logits.map((l) => Math.exp(l - Math.max(...logits)));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
