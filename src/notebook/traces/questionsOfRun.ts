/** The questions a run was trained on, made again from its demonstrations. */
import type { Bundle } from '../../demos/demonstration.ts';
import type { Question } from '../../questions/question.ts';
import type { RunSettings } from '../../runs/run.ts';
import type { OpenedQuestions, Progress } from '../notebook.svelte.ts';
import { bundleFingerprint, openTabletop, TABLETOP } from '../remoteDemos.ts';
import { trainingData } from '../trainingData.ts';

/** @returns null when the run's demonstrations or its file of questions are neither shipped nor loaded. @throws AbortError. */
export async function questionsOfRun(
  { bundle: made, question_settings, questions, test_fraction }: RunSettings,
  loaded: Bundle | null,
  opened: OpenedQuestions | null,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<{ bundle: Bundle; questions: ReadonlyMap<string, Question> } | null> {
  const bundle = made.name === TABLETOP ? await openTabletop(onProgress, signal) : loaded;
  if (!bundle) return null;
  const sha256 = await bundleFingerprint(bundle);
  const same = made.sha256 && sha256 ? made.sha256 === sha256 : made.name === bundle.name;
  if (!same) return null;
  const { file = null, edits = [] } = questions ?? {};
  if (file !== null && file !== opened?.name) return null;
  const source = { bundle, opened: file === null ? null : opened, edits: new Map(edits) };
  const { train } = await trainingData(source, question_settings, test_fraction, 0);
  return { bundle, questions: new Map(train.map((q) => [q.id, q])) };
}
