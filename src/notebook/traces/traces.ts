/** Every response of a run, one by one: found, filtered, written out. */
import type { Kind, OptionLetter } from '../../questions/question.ts';
import { parseResponse } from '../../questions/reward.ts';
import type { RolloutRecord, StepRecord } from '../../training/stepRecord.ts';

export interface Trace {
  /** "step 3, group 2, response 1", counted from 1. */
  title: string;
  step: number;
  group: number;
  place: number;
  question: string;
  kind: Kind;
  /** The right letter. */
  answer: OptionLetter;
  /** The letter given. */
  letter: OptionLetter | null;
  /** Its group has no variance: every advantage is 0. */
  discarded: boolean;
  response: RolloutRecord;
}

export interface TraceFilter {
  /** Somewhere in the text, whatever the case. */
  text: string;
  kind: Kind | 'any';
  answer: 'any' | 'right' | 'wrong';
  format: 'any' | 'kept' | 'broken';
  /** Thirds of the run's lengths in tokens. */
  length: 'any' | 'short' | 'middling' | 'long';
  /** "12", or "12-20"; '' or what is neither: any. */
  steps: string;
  group: 'any' | 'learned' | 'discarded';
}

export const NO_FILTER: TraceFilter = {
  text: '',
  kind: 'any',
  answer: 'any',
  format: 'any',
  length: 'any',
  steps: '',
  group: 'any',
};

export function tracesOf(records: StepRecord[]): Trace[] {
  return records.flatMap(({ step, groups }) =>
    groups.flatMap(({ question, kind, answer, zeroVariance, responses }, g) =>
      responses.map((response, i) => ({
        title: `step ${step}, group ${g + 1}, response ${i + 1}`,
        step,
        group: g + 1,
        place: i + 1,
        question,
        kind,
        answer,
        letter: parseResponse(response.text).letter,
        discarded: zeroVariance,
        response,
      })),
    ),
  );
}

/** A short trace has at most the first number of tokens, a long one more than the second. */
export function lengthThirds(traces: Trace[]): [number, number] {
  const lengths = traces.map((t) => t.response.tokens.length).sort((a, b) => a - b);
  const at = (share: number) => lengths[Math.max(0, Math.ceil(lengths.length * share) - 1)] ?? 0;
  return [at(1 / 3), at(2 / 3)];
}

export function filterTraces(traces: Trace[], filter: TraceFilter): Trace[] {
  const [short, middling] = lengthThirds(traces);
  const wanted = filter.text.trim().toLowerCase();
  const [first, last] = stepRange(filter.steps) ?? [-Infinity, Infinity];
  return traces.filter(({ step, kind, discarded, response: { text, tokens, reward } }) => {
    const length = tokens.length <= short ? 'short' : tokens.length <= middling ? 'middling' : 'long';
    return (
      text.toLowerCase().includes(wanted) &&
      matches(filter.kind, kind) &&
      matches(filter.answer, reward.accuracy ? 'right' : 'wrong') &&
      matches(filter.format, reward.format ? 'kept' : 'broken') &&
      matches(filter.length, length) &&
      matches(filter.group, discarded ? 'discarded' : 'learned') &&
      step >= first &&
      step <= last
    );
  });
}

/** Null when it is no step and no range of steps. */
export function stepRange(text: string): [first: number, last: number] | null {
  const [, first, last] = /^\s*(\d{1,9})\s*(?:[-–]\s*(\d{1,9})\s*)?$/.exec(text) ?? [];
  return first === undefined ? null : [Number(first), Number(last ?? first)];
}

function matches<T extends string>(wanted: T | 'any', found: T): boolean {
  return wanted === 'any' || wanted === found;
}

/** One JSON object a line. */
export function tracesJsonl(traces: Trace[]): string {
  return traces
    .map(({ title: _, response, ...trace }) => JSON.stringify({ ...trace, ...response }) + '\n')
    .join('');
}
