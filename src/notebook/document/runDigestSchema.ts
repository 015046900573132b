/** What a digest of a run, as a notebook's file holds it, must look like before anything trusts it. */
import * as v from 'valibot';
import { evaluationReportSchema, stepRecordSchema } from '../../runs/runSchema.ts';
import type { RunCurves } from '../../runs/curves.ts';

/** Of a curve. */
export const MOST_POINTS = 200;
export const MOST_EVALUATIONS = 50;
const MOST_METRICS = 40;

/** Its evaluations say how many questions there were, and no more of them. */
export interface RunDigest extends RunCurves {
  id: string;
  /** One step of so many is here, and the last. */
  every: number;
}

const { entries: step } = stepRecordSchema;

const curveStep = v.object({
  step: step.step,
  seconds: v.pipe(step.seconds, v.minValue(0)),
  metrics: v.pipe(
    step.metrics,
    v.check(
      (metrics) => Object.keys(metrics).length <= MOST_METRICS,
      `has more than ${MOST_METRICS} numbers`,
    ),
  ),
});

const evaluation = v.object({
  step: v.pipe(v.number(), v.integer(), v.minValue(0)),
  report: v.pipe(
    evaluationReportSchema,
    v.check(({ questions }) => questions.length === 0, 'lists its questions: a digest does not'),
  ),
});

export const runDigestSchema = v.object({
  id: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)),
  name: v.pipe(v.string(), v.maxLength(500)),
  created: v.pipe(v.string(), v.isoTimestamp()),
  method: v.picklist(['grpo', 'sft']),
  every: v.pipe(v.number(), v.integer(), v.minValue(1)),
  steps: v.pipe(
    v.array(curveStep),
    v.maxLength(MOST_POINTS),
    v.check((steps) => steps.every(({ step }, i) => i === 0 || steps[i - 1].step < step), 'do not rise'),
  ),
  evaluations: v.pipe(v.array(evaluation), v.maxLength(MOST_EVALUATIONS)),
}) satisfies v.GenericSchema<unknown, RunDigest>;
