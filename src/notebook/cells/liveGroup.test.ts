import { expect, test } from 'vitest';
import type { Question } from '../../questions/question.ts';
import type { GrpoProgress } from '../../training/grpo.ts';
import { followed } from './liveGroup.ts';

const question = { id: 'a/0/waypoint' } as Question;
const at = { step: 2, max_steps: 9 };
const follow = (events: unknown[]) =>
  events.reduce<ReturnType<typeof followed>>(
    ({ live, progress }, event) => followed(live, progress, event as GrpoProgress, 2),
    { live: null, progress: null },
  );
const begun = { ...at, phase: 'rollout', question, group: 1, groups: 4 };

test('a group begins empty, grows by tokens and is rewarded', () => {
  const rewards = [
    { format: 1, accuracy: 0 },
    { format: 0, accuracy: 0 },
  ];
  const scored = {
    ...at,
    phase: 'scored',
    question,
    group: 1,
    groups: 4,
    rewards,
    terminated: [false, true],
  };
  const tokens = (...tokens: (string | null)[]) => ({ ...at, phase: 'tokens', tokens });
  const { live, progress } = follow([begun, tokens('a', 'x'), tokens('b', null), scored]);
  expect(live).toEqual({ question, group: 1, groups: 4, texts: ['ab', 'x'], rewards, cut: [true, false] });
  expect(progress).toEqual({ label: 'Step 2 of 9: answering, group', done: 2, total: 4 });
});

test('an update ends the group', () => {
  const { live, progress } = follow([begun, { ...at, phase: 'update', done: 3, total: 8 }]);
  expect(live).toBeNull();
  expect(progress).toEqual({ label: 'Step 2 of 9: learning, group', done: 3, total: 8 });
});

test('tokens of a group that nobody saw begin are let be', () => {
  expect(follow([{ ...at, phase: 'tokens', tokens: ['a'] }])).toEqual({ live: null, progress: null });
});
