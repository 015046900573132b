import { expect, test } from 'vitest';
import type { Adapter, LoraConfig } from '../../checkpoint/adapter.ts';
import type { LearnerGroup } from '../../learner/learner.ts';
import type { LoadedModel } from '../notebook.svelte.ts';
import { baseLogprobs } from './baseLogprobs.ts';
import { EXAMPLE_GROUPS } from './exampleGroups.ts';
import type { LabGroup } from './labGroup.ts';

const LORA: LoraConfig = { r: 2, lora_alpha: 4, target_modules: ['q_proj'] };
const FRESH: Adapter = { config: LORA, modules: {} };
const embeds = Float32Array.of(1, 2);

function modelWith(seen: unknown[]): LoadedModel {
  const learner = {
    setAdapter: (adapter: Adapter) => Promise.resolve(void seen.push(adapter)),
    logprobs: ({ promptEmbeds, responses }: LearnerGroup, temperature: number) => {
      seen.push(promptEmbeds, temperature);
      return Promise.resolve(responses.map(({ ids }) => Float32Array.from(ids, (id) => -id)));
    },
  };
  return {
    learner: () => Promise.resolve(learner),
    freshAdapter: () => Promise.resolve(FRESH),
    policy: { encode: () => Promise.resolve({ embeds }) },
  } as unknown as LoadedModel;
}

test('asks with an adapter that changes nothing, at the temperature of the run', async () => {
  const seen: unknown[] = [];
  const bundle = {
    demonstrations: [{ id: 'd', cameras: { front: {} } }],
    frames: { read: () => Promise.resolve() },
  };
  const question = { demonstration: 'd', frame: 0, prompt: '', camera: 'front' };
  const group = {
    ...EXAMPLE_GROUPS[0],
    asked: { bundle, question },
    base: { checkpoint: null, ids: [[1, 2], [3]], temperature: 0.5, lora: LORA },
  } as unknown as LabGroup;
  const signal = new AbortController().signal;
  expect(await baseLogprobs(group, modelWith(seen), () => undefined, signal)).toEqual([[-1, -2], [-3]]);
  expect(seen).toEqual([FRESH, embeds, 0.5]);
});

test('an example made by hand cannot be asked about', async () => {
  const asked = baseLogprobs(EXAMPLE_GROUPS[0], modelWith([]), () => undefined, new AbortController().signal);
  await expect(asked).rejects.toThrow('token ids');
});
