/** The run for a CUDA cluster: questions, pictures, reward and configuration as EasyR1 reads them. */
import { BlobWriter, Uint8ArrayReader, ZipWriter, configure } from '@zip.js/zip.js';
import type { EncodedImage } from '../demos/demonstration.ts';
import type { Question } from '../questions/question.ts';
import type { RewardWeights } from '../questions/reward.ts';
import { checkBatchRules, fitBatchSizes } from './batchRules.ts';
import { bundleReadme } from './bundleReadme.ts';
import { configYaml } from './configYaml.ts';
import { checkSettings, SCHEMA, type Settings } from './easyr1Schema.ts';
import { asRecord, defaultSettings, override, type Setting } from './easyr1Settings.ts';
import { imageSize } from './imageSize.ts';
import { imageTokens, promptTokenBound } from './promptLength.ts';
import { REWARD_PYTHON } from './rewardPython.ts';
import { jsonLines, pictureKey, PicturePaths, safeName, toRow } from './rows.ts';

export interface EasyR1Export {
  /** Names the experiment. */
  name: string;
  /** No demonstration may stand on both sides. */
  questions: { train: Question[]; val: Question[] };
  /** The picture of a question's frame; called once a frame. */
  image: (question: Question) => Promise<EncodedImage>;
  rewardWeights: RewardWeights;
  /** EasyR1's settings by dotted key, e.g. {"trainer.n_gpus_per_node": 8}, over the paper's and the example's. */
  settings?: Settings;
  onProgress?: (progress: { done: number; total: number; what: string }) => void;
  signal?: AbortSignal;
}

export interface BundleFile {
  /** Relative, with "/". */
  path: string;
  bytes: Uint8Array;
}

/** Written into every entry, so that the same export gives the same bytes. */
const ENTRY_DATE = new Date(2025, 0, 1);
const PROMPT_LENGTH_UNIT = 256;

/**
 * config.yaml, train.jsonl, val.jsonl, images/, reward.py, README.md as one zip. With fewer training questions than a
 * batch of the paper, batch sizes are lowered to the largest that fit, and README.md says so.
 * @throws Error before any picture is read when a setting is unknown to EasyR1 or of the wrong type, a batch rule of
 * EasyR1 is broken, a side is empty or a demonstration stands on both sides; AbortError.
 */
export async function exportEasyR1(input: EasyR1Export): Promise<Blob> {
  configure({ useWebWorkers: false });
  const zip = new ZipWriter(new BlobWriter('application/zip'), {
    lastModDate: ENTRY_DATE,
    extendedTimestamp: false,
  });
  for await (const { path, bytes } of easyR1Files(input)) {
    const level = path.startsWith('images/') ? 0 : 6;
    await zip.add(path, new Uint8ArrayReader(bytes), { level });
  }
  return zip.close();
}

/** The same bundle file by file, pictures first: for a folder on disk. */
export async function* easyR1Files(input: EasyR1Export): AsyncGenerator<BundleFile> {
  const { train, val } = input.questions;
  const all = [...train, ...val];
  checkApart(train, val);
  const run = planRun(input);

  const { min_pixels, max_pixels } = pixelLimits(run.settings);
  const total = new Set(all.map(pictureKey)).size;
  const paths = new PicturePaths();
  let done = 0;
  let mostImageTokens = 0;
  for (const question of all) {
    if (paths.of(question)) continue;
    input.signal?.throwIfAborted();
    const picture = await input.image(question);
    mostImageTokens = Math.max(mostImageTokens, imageTokens(imageSize(picture), min_pixels, max_pixels));
    yield { path: paths.add(question, picture.mime), bytes: picture.bytes };
    input.onProgress?.({ done: ++done, total, what: 'pictures' });
  }

  const prompts = all.map((question) => question.prompt);
  const { settings, adjustments } = makeRoom(
    run,
    promptTokenBound(prompts, mostImageTokens),
    input.settings ?? {},
  );
  checkBatchRules(asRecord(settings), { train: train.length, val: val.length });
  const rows = (questions: Question[]) => jsonLines(questions.map((q) => toRow(q, paths.of(q)!)));
  const texts = {
    'train.jsonl': rows(train),
    'val.jsonl': rows(val),
    'reward.py': REWARD_PYTHON,
    'config.yaml': configYaml(settings, [
      'Robot-R1 by GRPO in EasyR1, written by the Robot-R1 Notebook. README.md has the command.',
      'Behind each value: who chose it.',
    ]),
    'README.md': bundleReadme({ name: input.name, train, val, settings, adjustments }),
  };
  for (const [path, text] of Object.entries(texts)) yield { path, bytes: new TextEncoder().encode(text) };
}

interface Run {
  settings: Setting[];
  adjustments: string[];
}

function planRun({ name, questions, rewardWeights, settings: overrides = {} }: EasyR1Export): Run {
  checkSettings(overrides);
  let settings = override(defaultSettings(safeName(name), rewardWeights), overrides, 'yours');
  const adjustments: string[] = [];

  const value = asRecord(settings);
  const wanted = {
    rollout: value['data.rollout_batch_size'] as number,
    global: value['worker.actor.global_batch_size'] as number,
  };
  const gpus = (value['trainer.nnodes'] as number) * (value['trainer.n_gpus_per_node'] as number);
  const chosen = 'data.rollout_batch_size' in overrides || 'worker.actor.global_batch_size' in overrides;
  const fitted = chosen ? wanted : fitBatchSizes(questions.train.length, wanted, gpus);
  if (fitted.rollout !== wanted.rollout) {
    const sizes = {
      'data.rollout_batch_size': fitted.rollout,
      'worker.actor.global_batch_size': fitted.global,
    };
    settings = override(settings, sizes, 'ours', `lowered to fit ${questions.train.length} rows`);
    adjustments.push(
      `the paper's rollout_batch_size ${wanted.rollout} and global_batch_size ${wanted.global} need at least ${wanted.rollout} training questions; ` +
        `these ${questions.train.length} allow ${fitted.rollout} and ${fitted.global}. It is a smaller run than the paper's: export more demonstrations for the real one.`,
    );
  }
  const planned = asRecord(settings);
  checkSettings(planned);
  checkBatchRules(planned, { train: questions.train.length, val: questions.val.length });
  return { settings, adjustments };
}

/** Raises max_prompt_length to the bound on the prompts, unless the caller chose it. */
function makeRoom({ settings, adjustments }: Run, bound: number, overrides: Settings): Run {
  const key = 'data.max_prompt_length';
  const room = asRecord(settings)[key] as number;
  if (bound <= room || key in overrides) return { settings, adjustments };
  const raised = Math.ceil(bound / PROMPT_LENGTH_UNIT) * PROMPT_LENGTH_UNIT;
  const batched = 'worker.rollout.max_num_batched_tokens';
  const response = asRecord(settings)['data.max_response_length'] as number;
  const tokens = Math.max(
    (asRecord(settings)[batched] ?? SCHEMA[batched].default) as number,
    raised + response,
  );
  return {
    settings: override(
      settings,
      { [key]: raised, [batched]: tokens },
      'ours',
      `room for up to ${bound} tokens`,
    ),
    adjustments: [
      ...adjustments,
      `max_prompt_length is ${raised} instead of ${room}: EasyR1 drops longer prompts, and these take up to ${bound} tokens.`,
    ],
  };
}

function checkApart(train: Question[], val: Question[]) {
  const trained = new Set(train.map((q) => q.demonstration));
  const both = val.find((q) => trained.has(q.demonstration));
  if (both)
    throw new Error(
      `demonstration ${both.demonstration} is in training and validation: split by demonstration`,
    );
}

function pixelLimits(settings: Setting[]) {
  const value = asRecord(settings);
  return {
    min_pixels: value['data.min_pixels'] as number | null,
    max_pixels: value['data.max_pixels'] as number | null,
  };
}
