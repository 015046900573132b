import { expect, test } from 'vitest';
import { scoreResponse } from '../../questions/reward.ts';
import { trace } from './trace.ts';

test('the recorded answers earn what is said beside them, and are of the embedded checkpoint', () => {
  expect(trace.checkpoint).toBe('embedded');
  expect(trace.answers.map(({ kind }) => kind).sort()).toEqual(['current_state', 'movement', 'waypoint']);
  for (const { tokens, answer, reward, terminated } of trace.answers) {
    expect(terminated).toBe(true);
    expect(scoreResponse(tokens.join(''), answer)).toEqual(reward);
  }
});
