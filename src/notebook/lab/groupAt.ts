/** A recorded group, found again among the runs of this browser. */
import type { Bundle } from '../../demos/demonstration.ts';
import type { OpenedQuestions, Progress } from '../notebook.svelte.ts';
import { storedRuns } from '../runs.ts';
import { questionsOfRun } from '../traces/questionsOfRun.ts';
import { recordedGroup, type LabGroup, type RecordedAt } from './labGroup.ts';

/** @returns null when the run is gone, or keeps that step's rollouts no longer. @throws AbortError. */
export async function groupAt(
  { run: id, step, group }: RecordedAt,
  loaded: Bundle | null,
  opened: OpenedQuestions | null,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<LabGroup | null> {
  const runs = await storedRuns();
  if (!(await runs.list()).runs.some((run) => run.id === id)) return null;
  const run = await runs.load(id);
  signal.throwIfAborted();
  const record = run.records.find((one) => one.step === step)?.groups[group];
  if (!record) return null;
  const found = await questionsOfRun(run, loaded, opened, onProgress, signal);
  const question = found?.questions.get(record.question);
  const asked = found && question ? { bundle: found.bundle, question } : null;
  return recordedGroup(run, record, { step, group }, asked);
}
