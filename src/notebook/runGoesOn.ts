/** A run goes on only with the checkpoint, the demonstrations and the questions it began with. */
import type { Bundle } from '../demos/demonstration.ts';
import type { Edits } from '../questions/edits.ts';
import type { QuestionSettings } from '../questions/question.ts';
import type { RunSummary } from '../runs/run.ts';
import { RemediableError } from './fault.svelte.ts';
import { asksSame } from './askedQuestions.ts';
import { hasPicture, type OpenedQuestions } from './notebook.svelte.ts';
import { bundleFingerprint } from './remoteDemos.ts';
import { settingFacts } from './runFacts.ts';
import { sameValue } from './settings/setting.ts';
import type { TrainConfig } from './trainConfig.ts';
import type { QuestionSource, TrainingData } from './trainingData.ts';

/** What the cells above show. */
export interface Shown {
  bundle: Bundle | null;
  questionSettings: QuestionSettings;
  questionEdits: Edits;
  openedQuestions: OpenedQuestions | null;
}

/** @throws Error that names the checkpoint or the file to open first. */
export async function checkBundle(run: RunSummary, model: string, bundle: Bundle): Promise<void> {
  if (run.checkpoint !== model)
    throw new RemediableError(
      `run “${run.name}” trains ${run.checkpoint}, not ${model}: load that checkpoint first`,
      { load: run.checkpoint },
    );
  const sha256 = await bundleFingerprint(bundle);
  const same = run.bundle.sha256 && sha256 ? run.bundle.sha256 === sha256 : run.bundle.name === bundle.name;
  if (!same)
    throw new Error(
      `run “${run.name}” was trained on ${run.bundle.name}, not ${bundle.name}: open that file above first`,
    );
}

/**
 * What is shown, for a new run; one that goes on keeps the edits it began with.
 * @throws Error when the file of questions it began with is not open.
 */
export function sourceOf(run: RunSummary | null, bundle: Bundle, shown: Shown): QuestionSource {
  if (!run) return { bundle, opened: shown.openedQuestions, edits: shown.questionEdits };
  const { file = null, edits = [] } = run.questions ?? {};
  if (file !== null && !shown.openedQuestions)
    throw new Error(`run “${run.name}” asks the questions of ${file}: open that file above first`);
  return { bundle, opened: file === null ? null : shown.openedQuestions, edits: new Map(edits) };
}

/** @throws Error when a question has no picture, or the run began with others. */
export async function checkQuestions(
  run: RunSummary | null,
  source: QuestionSource,
  data: TrainingData,
  opened: OpenedQuestions | null,
): Promise<void> {
  const blind = [...data.train, ...data.heldOut].filter((q) => !hasPicture(source.bundle, opened, q));
  if (blind.length)
    throw new Error(
      `${blind[0].id} and ${blind.length - 1} more questions have no picture: open their demonstrations above too`,
    );
  if (run && !(await asksSame(run, source, data)))
    throw new Error(
      `run “${run.name}” was trained on other questions than these: open the file and the demonstrations it began with`,
    );
}

/**
 * In what a run differs from what is shown, a sentence; empty when in nothing.
 * @param config of the cell that holds it
 * @param model name of the checkpoint at hand; null until it has loaded
 */
export function staleWords(run: RunSummary, shown: Shown, config: TrainConfig, model: string | null): string {
  const { bundle, questionSettings, questionEdits, openedQuestions } = shown;
  if (model !== null && model !== run.checkpoint)
    return `This run was trained on the checkpoint ${run.checkpoint}, not on ${model}.`;
  const { test_fraction, grpo, method, sft } = config;
  const anew = { ...run, test_fraction, config: grpo, sft: method === 'sft' ? sft : null };
  const changed = settingFacts([run, anew]).find(({ differs }) => differs);
  if (changed)
    return `This run was trained with ${changed.name} ${changed.values[0]}, not ${changed.values[1]}: set up a new run for the settings above.`;
  const loaded = config.data === 'loaded';
  if (!sameValue(run.question_settings, questionSettings))
    return 'This run was trained on questions of other settings than those above.';
  if (!loaded) return '';
  if (bundle && bundle.name !== run.bundle.name)
    return `This run was trained on ${run.bundle.name}, not on what is loaded above.`;
  const asked = run.questions;
  if (
    asked &&
    !(asked.file === (openedQuestions?.name ?? null) && sameValue(asked.edits, [...questionEdits]))
  )
    return 'This run was trained on other questions than those shown above.';
  return '';
}
