/** The group that is being answered now, as progress tells of it. */
import type { Question } from '../../questions/question.ts';
import type { Reward } from '../../questions/reward.ts';
import type { GrpoProgress } from '../../training/grpo.ts';
import type { Progress } from '../notebook.svelte.ts';

export interface LiveGroup {
  question: Question;
  group: number;
  groups: number;
  texts: string[];
  rewards: Reward[] | null;
  /** Which were cut at the length limit; null until they are scored. */
  cut: boolean[] | null;
}

/** @param live the group so far. @param responses in a group. @returns the group and the progress from now on. */
export function followed(
  live: LiveGroup | null,
  progress: Progress | null,
  p: GrpoProgress,
  responses: number,
): { live: LiveGroup | null; progress: Progress | null } {
  const step = `Step ${p.step} of ${p.max_steps}`;
  const answering = (group: number, groups: number): Progress => ({
    label: `${step}: answering, group`,
    done: group,
    total: groups,
  });
  switch (p.phase) {
    case 'update':
      return { live: null, progress: { label: `${step}: learning, group`, done: p.done, total: p.total } };
    case 'tokens':
      return {
        live: live && { ...live, texts: live.texts.map((text, i) => text + (p.tokens[i] ?? '')) },
        progress,
      };
    case 'scored':
      return {
        live: live && { ...live, rewards: p.rewards, cut: p.terminated.map((ended) => !ended) },
        progress: answering(p.group + 1, p.groups),
      };
    default: {
      const { question, group, groups } = p;
      const texts = Array.from({ length: responses }, () => '');
      return {
        live: { question, group, groups, texts, rewards: null, cut: null },
        progress: answering(group, groups),
      };
    }
  }
}
