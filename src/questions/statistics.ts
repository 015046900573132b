/** What a set of questions looks like, and how much of it can be answered without looking at the picture. */
import type { Vec3 } from '../demos/demonstration.ts';
import { distance, ringBounds } from './distractors.ts';
import { axesApart, readMovement } from './movement.ts';
import {
  OPTION_LETTERS,
  RINGS,
  type OptionLetter,
  type Question,
  type QuestionSettings,
  type Ring,
} from './question.ts';

/** How often each letter is right, of all letters that any question has. */
export function letterCounts(questions: readonly Question[]): { letter: OptionLetter; n: number }[] {
  const most = questions.reduce((n, { options }) => Math.max(n, options.length), 0);
  return OPTION_LETTERS.slice(0, most).map((letter) => ({
    letter,
    n: questions.filter((q) => q.answer === letter).length,
  }));
}

/** Distance in metres of every wrong position from the right one. */
export function distractorDistances(questions: readonly Question[]): number[] {
  return questions.flatMap((q) => {
    const right = rightPoint(q);
    return right ? q.points!.filter((p) => p !== right).map((p) => distance(p, right)) : [];
  });
}

/** Equal bins from 0; the last takes all that is greater. */
export function histogram(values: readonly number[], width: number, bins: number) {
  const counts = Array.from({ length: bins }, (_, i) => ({ from: i * width, n: 0 }));
  for (const value of values) counts[Math.min(bins - 1, Math.floor(value / width))].n++;
  return counts;
}

/** Right movements, the most frequent first. */
export function movementCounts(questions: readonly Question[]): { label: string; n: number }[] {
  const counts = new Map<string, number>();
  for (const q of questions)
    if (q.kind === 'movement') counts.set(rightOption(q), (counts.get(rightOption(q)) ?? 0) + 1);
  return [...counts].map(([label, n]) => ({ label, n })).sort((a, b) => b.n - a.n);
}

/** Ids of questions whose prompts are the same to the letter, a list for each such prompt. */
export function duplicates(questions: readonly Question[]): string[][] {
  const byPrompt = new Map<string, string[]>();
  for (const { prompt, id } of questions) {
    const ids = byPrompt.get(prompt);
    if (ids) ids.push(id);
    else byPrompt.set(prompt, [id]);
  }
  return [...byPrompt.values()].filter((ids) => ids.length > 1);
}

/** The ring of its nearest wrong option; of movements, how many axes the nearest differs on. Null of unread labels. */
export function difficultyOf(question: Question, bounds: Pick<QuestionSettings, 'ring_bounds'>): Ring | null {
  const right = rightPoint(question);
  if (!right) return movementDifficulty(question);
  const nearest = Math.min(...question.points!.filter((p) => p !== right).map((p) => distance(p, right)));
  return RINGS.find((ring) => nearest < ringBounds(ring, bounds)[1]) ?? 'far';
}

function movementDifficulty({ options, answer, viewpoint }: Question): Ring | null {
  const movements = options.map((label) => readMovement(label, viewpoint));
  const right = movements[OPTION_LETTERS.indexOf(answer)];
  if (!right) return null;
  const apart = movements.flatMap((m) => (m && m !== right ? [axesApart(m, right)] : []));
  return RINGS[Math.min(...apart, RINGS.length) - 1] ?? null;
}

export const TEXT_RULES = ['nearest_state', 'nearest_mean', 'most_shared', 'frequent_movement'] as const;
export type TextRule = (typeof TEXT_RULES)[number];

export interface RuleResult {
  rule: TextRule;
  /** Questions that the rule can be put to. */
  n: number;
  /** Answered right; of options that the rule cannot tell apart each counts its share. */
  right: number;
  /** Right by guessing. */
  chance: number;
}

/**
 * How many questions each rule answers that reads the text and never the picture: of waypoints the option nearest to
 * the current position; of positions the option nearest to the mean of all, and the one that shares most printed
 * numbers, axis by axis, with the others; of movements the label that is right most often in the other demonstrations.
 */
export function textRules(questions: readonly Question[]): RuleResult[] {
  const frequency = labelFrequency(questions);
  const scored = (rule: TextRule, asked: Question[], cost: (q: Question, option: number) => number) => ({
    rule,
    n: asked.length,
    right: asked.reduce((sum, q) => sum + credit(q, cost), 0),
    chance: asked.reduce((sum, q) => sum + 1 / q.options.length, 0),
  });
  const positions = questions.filter((q) => q.points);
  return [
    scored(
      'nearest_state',
      positions.filter((q) => q.kind === 'waypoint'),
      (q, i) => distance(q.points![i], q.state),
    ),
    scored('nearest_mean', positions, (q, i) => distance(q.points![i], mean(q.points!))),
    scored('most_shared', positions, (q, i) => -sharedNumbers(q.options)[i]),
    scored(
      'frequent_movement',
      questions.filter((q) => q.kind === 'movement'),
      (q, i) => -frequency(q.options[i], q.demonstration),
    ),
  ];
}

/** 1 when the right option alone costs least, its share where several do, else 0. */
function credit(q: Question, cost: (q: Question, option: number) => number): number {
  const costs = q.options.map((_, i) => cost(q, i));
  const least = Math.min(...costs);
  const best = costs.flatMap((c, i) => (c === least ? [i] : []));
  return best.includes(OPTION_LETTERS.indexOf(q.answer)) ? 1 / best.length : 0;
}

/** Of every option, how many of its numbers stand in others at the same axis, counted once for each other. */
function sharedNumbers(options: readonly string[]): number[] {
  const printed = options.map((option) => option.match(/-?\d+(\.\d+)?/g) ?? []);
  return printed.map((own, i) =>
    printed.reduce(
      (sum, other, j) => (i === j ? sum : sum + own.filter((number, axis) => number === other[axis]).length),
      0,
    ),
  );
}

/** How often a label is right outside of a demonstration. */
function labelFrequency(questions: readonly Question[]) {
  const counts = new Map<string, number>();
  const add = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const q of questions) {
    if (q.kind !== 'movement') continue;
    add(JSON.stringify([rightOption(q)]));
    add(JSON.stringify([rightOption(q), q.demonstration]));
  }
  return (label: string, demonstration: string) =>
    (counts.get(JSON.stringify([label])) ?? 0) - (counts.get(JSON.stringify([label, demonstration])) ?? 0);
}

function rightOption({ options, answer }: Question): string {
  return options[OPTION_LETTERS.indexOf(answer)];
}

function rightPoint({ points, answer }: Question): Vec3 | null {
  return points?.[OPTION_LETTERS.indexOf(answer)] ?? null;
}

function mean(points: Vec3[]): Vec3 {
  return [0, 1, 2].map((axis) => points.reduce((sum, p) => sum + p[axis], 0) / points.length) as Vec3;
}
