/** What a kept, sent or opened notebook must look like before anything trusts it. */
import * as v from 'valibot';
import { migrate } from '../../runs/migrate.ts';
import { IMAGES, type EvaluateConfig, type Evaluated } from '../evaluation/evaluate.svelte.ts';
import {
  checked,
  editsSchema,
  evaluationReportSchema,
  grpoConfigSchema,
  logprob,
  rewardSchema,
  sftSchema,
} from '../../runs/runSchema.ts';
import { KINDS as QUESTION_KINDS, RINGS } from '../../questions/question.ts';
import { questionSchema } from '../../questions/questionSchema.ts';
import { questionSettingsSchema } from '../../questions/settingsSchema.ts';
import type { AskConfig, AskResults } from '../cells/ask.svelte.ts';
import type { QuestionFilter } from '../cells/questions.svelte.ts';
import type { ExportConfig } from '../cells/export.svelte.ts';
import type { LabConfig, LabResults } from '../lab/labConfig.ts';
import { OVERLAYS } from '../dashboard/overlays.ts';
import type { TrainResults } from '../cells/train.svelte.ts';
import type { TrainConfig } from '../trainConfig.ts';
import type { KeptCell, KeptNotebook } from './kept.ts';
import { KINDS, type CellKind } from './kinds.ts';
import { runDigestSchema } from './runDigestSchema.ts';
import { MIGRATIONS, NOTEBOOK_VERSION } from './notebookMigrations.ts';

const finite = v.pipe(v.number(), v.finite());
const whole = (low: number, high: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(low), v.maxValue(high));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const words = (most: number) => v.pipe(v.string(), v.maxLength(most));
const nothing = v.object({});
const runId = v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/));

const askConfig = v.object({
  count: whole(1, 16),
  sampling: v.object({
    temperature: v.pipe(finite, v.minValue(0), v.maxValue(5)),
    top_p: share,
    top_k: whole(0, 100_000),
    min_p: v.optional(share),
    max_completion_length: whole(1, 1024),
  }),
}) satisfies v.GenericSchema<unknown, AskConfig>;

const trainConfig = v.object({
  method: v.picklist(['grpo', 'sft']),
  data: v.picklist(['tabletop', 'loaded']),
  test_fraction: share,
  eval_questions: whole(1, 10_000),
  eval_samples: whole(1, 64),
  grpo: grpoConfigSchema,
  sft: sftSchema,
}) satisfies v.GenericSchema<unknown, TrainConfig>;

const exportConfig = v.object({
  name: v.pipe(v.string(), v.regex(/^[\w.-]{1,100}$/, 'is no name of a file: letters, digits, dot, dash')),
  data: v.picklist(['loaded', 'tabletop']),
  test_fraction: share,
  reward_weights: v.object({ format: finite, accuracy: finite }),
}) satisfies v.GenericSchema<unknown, ExportConfig>;

const evaluateConfig = v.object({
  data: v.picklist(['tabletop', 'loaded']),
  test_fraction: share,
  eval_questions: whole(1, 10_000),
  eval_samples: whole(1, 64),
  max_completion_length: whole(1, 1024),
  images: v.array(v.picklist(IMAGES)),
  models: v.array(words(40)),
  seed: whole(0, 2 ** 31),
}) satisfies v.GenericSchema<unknown, EvaluateConfig>;

const evaluations = v.object({
  madeFrom: words(10_000),
  evaluated: v.pipe(
    v.array(v.object({ images: v.picklist(IMAGES), model: words(200), report: evaluationReportSchema })),
    v.maxLength(100),
  ),
}) satisfies v.GenericSchema<unknown, { madeFrom: string; evaluated: Evaluated[] }>;

const tokens = <T extends v.GenericSchema>(one: T) => v.pipe(v.array(one), v.maxLength(2048));

const askResults = v.object({
  question: questionSchema,
  answeredBy: v.nullable(v.object({ run: runId, name: words(500) })),
  device: words(40),
  tokensPerSecond: finite,
  madeFrom: words(100),
  responses: v.pipe(
    v.array(
      v.object({
        tokens: tokens(words(500)),
        ids: v.optional(tokens(whole(0, 2 ** 31))),
        logprobs: v.optional(tokens(logprob)),
        letters: v.nullable(v.pipe(v.array(finite), v.maxLength(26))),
        reward: v.nullable(rewardSchema),
        terminated: v.boolean(),
      }),
    ),
    v.maxLength(16),
  ),
}) satisfies v.GenericSchema<unknown, AskResults>;

const labConfig = v.object({
  example: v.nullable(words(200)),
  algorithm: words(100),
  epsilon: v.pipe(finite, v.minValue(0), v.maxValue(10)),
  epsilon_high: v.pipe(finite, v.minValue(0), v.maxValue(100)),
  beta: v.pipe(finite, v.minValue(0), v.maxValue(10)),
  num_generations: whole(2, 1024),
  rewards: v.nullable(v.pipe(v.array(v.pipe(finite, v.minValue(-100), v.maxValue(100))), v.maxLength(1024))),
}) satisfies v.GenericSchema<unknown, LabConfig>;

/** LeRobot's name of a task is its whole instruction. */
const name = words(4_000);
const questionFilter = v.object({
  kind: v.picklist(['', ...QUESTION_KINDS]),
  task: name,
  demonstration: name,
  difficulty: v.picklist(['', ...RINGS]),
}) satisfies v.GenericSchema<unknown, QuestionFilter>;

const SETTINGS: Record<CellKind, v.GenericSchema> = {
  model: v.object({ source: words(500) }),
  demonstrations: v.object({ source: v.picklist(['sample', 'tabletop', 'kept']) }),
  questions: v.object({
    settings: questionSettingsSchema,
    edits: v.optional(v.object({ bundle: words(500), made: v.pipe(editsSchema, v.maxLength(10_000)) })),
    filter: v.optional(questionFilter),
    opened: v.optional(words(500)),
  }),
  ask: askConfig,
  train: trainConfig,
  evaluate: evaluateConfig,
  compare: nothing,
  text: v.object({ markdown: words(20_000) }),
  lab: labConfig,
  runs: nothing,
  traces: nothing,
  export: exportConfig,
};

const oneRun = v.object({ run: v.nullable(runId) });
const trained = v.object({
  ...oneRun.entries,
  dashboard: v.optional(
    v.object({
      more: v.pipe(v.array(words(500)), v.maxLength(200)),
      overlays: v.pipe(v.array(runId), v.maxLength(OVERLAYS.length)),
    }),
  ),
  digests: v.optional(v.pipe(v.array(runDigestSchema), v.maxLength(1 + OVERLAYS.length))),
}) satisfies v.GenericSchema<unknown, TrainResults>;
const recorded = v.object({
  recorded: v.object({ run: runId, step: whole(1, 1_000_000), group: whole(0, 10_000) }),
}) satisfies v.GenericSchema<unknown, LabResults>;

const RESULTS: Partial<Record<CellKind, v.GenericSchema>> = {
  ask: askResults,
  train: trained,
  traces: oneRun,
  evaluate: evaluations,
  lab: recorded,
};

const cellSchema = v.pipe(
  v.object({
    id: words(40),
    kind: v.picklist(KINDS),
    folded: v.optional(v.boolean(), false),
    settings: v.optional(v.unknown()),
    results: v.optional(v.unknown()),
  }),
  v.check(
    ({ id, kind }) => new RegExp(`^${kind}(-[1-9]\\d{0,5})?$`).test(id),
    'its id does not fit its kind',
  ),
);

const notebookSchema = v.object({
  id: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)),
  title: words(200),
  changed: v.pipe(v.string(), v.isoTimestamp()),
  origin: v.optional(words(100)),
  cells: v.pipe(
    v.array(cellSchema),
    v.maxLength(200),
    v.check(
      (cells) => new Set(cells.map(({ id }) => id)).size === cells.length,
      'two cells have the same id',
    ),
  ),
});

/**
 * Brings a notebook of any version up to date and checks every value in it.
 * @param where starts the error, e.g. the name of a file. @throws Error naming the cell and the field at fault.
 */
export function checkNotebook(value: unknown, where: string): KeptNotebook {
  const migrated = migrate(value, MIGRATIONS, NOTEBOOK_VERSION);
  if (!migrated.ok) throw new Error(`${where} ${migrated.reason}`);
  const notebook = checked(notebookSchema, migrated.record, where);
  return { ...notebook, cells: notebook.cells.map((cell) => checkCell(cell, where)) };
}

function checkCell({ settings, results, ...cell }: KeptCell, where: string): KeptCell {
  const at = `${where}, cell ${cell.id}`;
  const schema = RESULTS[cell.kind];
  return {
    ...cell,
    settings: settings === undefined ? undefined : checked(SETTINGS[cell.kind], settings, `${at}, settings`),
    results: schema && results != null ? checked(schema, results, `${at}, results`) : undefined,
  };
}
