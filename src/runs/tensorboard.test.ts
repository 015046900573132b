import { expect, test } from 'vitest';
import { eventFileName, writeEvents, writeRunEvents } from './tensorboard.ts';

/** By tensorboard 2.21's own RecordWriter and Event, from the events below. */
const BY_TENSORBOARD =
  'GAAAAAAAAACjf0siCQAAIED8VNlBGg1icmFpbi5FdmVudDoyKzUxECIAAAAAAAAAeBE9/QkAAGBA/FTZQRABKhUKEwoMdHJhaW4vcmV3YXJkFQAAAD9sfpNlJAAAAAAAAABCK4BNCQAAgEL8VNlBEKwCKhYKFAoNZXZhbC9hY2N1cmFjeRUAAIA+LBs/vg==';

test('byte for byte as TensorBoard writes it', () => {
  const bytes = writeEvents(1700000000.5, [
    { wallTime: 1700000001.5, step: 1, tag: 'train/reward', value: 0.5 },
    { wallTime: 1700000010, step: 300, tag: 'eval/accuracy', value: 0.25 },
  ]);
  expect(Buffer.from(bytes).toString('base64')).toBe(BY_TENSORBOARD);
});

test('a run: one event a number of a step', () => {
  const created = '2026-11-24T00:00:00.000Z';
  const steps = [{ step: 1, seconds: 2, metrics: { reward: 1, kl: 0.5 } }];
  const began = Date.parse(created) / 1000;
  const at = { wallTime: began + 2, step: 1 };
  expect(writeRunEvents({ name: 'a', created, method: 'grpo', steps, evaluations: [] })).toEqual(
    writeEvents(began, [
      { ...at, tag: 'train/reward', value: 1 },
      { ...at, tag: 'train/kl', value: 0.5 },
    ]),
  );
  expect(eventFileName(created)).toBe(`events.out.tfevents.${began}.notebook`);
});
