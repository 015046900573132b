import { expect, test } from 'vitest';
import type { Question } from '../questions/question.ts';
import { toyAdapter, toyImage, ToyPolicy, toyQuestion } from '../training/testing/toyModel.ts';
import { evaluate, type EvaluationOptions } from './evaluate.ts';

/** The policy says B at seven to one; half of the waypoint questions want B, no movement question does. */
const QUESTIONS: Question[] = [
  ...Array.from({ length: 10 }, (_, i) => toyQuestion(i, i % 2 ? 'B' : 'C')),
  ...Array.from({ length: 4 }, (_, i) => ({
    ...toyQuestion(i, 'A'),
    id: `demo/${i}/movement`,
    kind: 'movement' as const,
  })),
];

async function context() {
  const policy = new ToyPolicy();
  await policy.setAdapter(toyAdapter([0, Math.log(7), -100, -100, 0]));
  return { policy, questions: QUESTIONS, images: toyImage };
}

const options = (changes: Partial<EvaluationOptions> = {}): EvaluationOptions => ({
  samples: 4,
  max_completion_length: 8,
  seed: 0,
  blind: false,
  ...changes,
});

test('accuracy greedy and sampled, and format, over all and by kind', async () => {
  const report = await evaluate(await context(), options({ samples: 50 }));
  expect(report.accuracy).toMatchObject({ value: 5 / 14, n: 14 });
  expect(report.by_kind.waypoint!.accuracy).toMatchObject({ value: 0.5, n: 10 });
  expect(report.by_kind.waypoint!.sampled_accuracy.value).toBeCloseTo(0.5 * (7 / 9), 1);
  expect(report.by_kind.movement!.accuracy).toMatchObject({ value: 0, n: 4 });
  expect(report.by_kind.movement!.sampled_accuracy.value).toBeCloseTo(1 / 9, 1);
  expect(report.by_kind.current_state).toBeUndefined();
  expect(report.format).toMatchObject({ value: 1, n: 14 });
  expect(report.questions).toEqual(QUESTIONS.map(({ id }) => id));
  expect(report.greedy.slice(0, 4)).toEqual([0, 1, 0, 1]);
  expect(report.sampled).toHaveLength(14);
});

test('asks greedily once and samples at temperature 1', async () => {
  const asked = await context();
  await evaluate(asked, options());
  expect(asked.policy.settings.slice(0, 2)).toMatchObject([
    { temperature: 0, max_completion_length: 8 },
    { temperature: 1, top_p: 1, top_k: 0 },
  ]);
});

test('samples of a question depend on the seed and on nothing else', async () => {
  const whole = await evaluate(await context(), options());
  const part = await evaluate({ ...(await context()), questions: QUESTIONS.slice(5) }, options());
  expect(part.sampled).toEqual(whole.sampled.slice(5));
  expect((await evaluate(await context(), options({ seed: 1 }))).sampled).not.toEqual(whole.sampled);
});

test('blind shows every question a blank picture', async () => {
  const asked = await context();
  const report = await evaluate(asked, options({ blind: true }));
  expect(report.blind).toBe(true);
  expect(new Set(asked.policy.images)).toEqual(new Set(['blank']));
});

test('progress counts, and abort stops', async () => {
  const stop = new AbortController();
  const seen: number[] = [];
  const onProgress = ({ done }: { done: number }) => {
    seen.push(done);
    if (done === 3) stop.abort();
  };
  const asked = evaluate(await context(), options({ signal: stop.signal, onProgress }));
  await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  expect(seen).toEqual([1, 2, 3]);
});

test('refuses to draw no samples', async () => {
  await expect(evaluate(await context(), options({ samples: 0 }))).rejects.toThrow('samples 0');
});
