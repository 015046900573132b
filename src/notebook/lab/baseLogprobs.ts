/** How likely the base model finds the tokens of a recorded group: what the KL of the lab needs and a run does not keep. */
import { questionImage, type LoadedModel, type Progress } from '../notebook.svelte.ts';
import type { LabGroup } from './labGroup.ts';

/**
 * Takes the learner: training sets its own adapter again when it goes on.
 * @returns log p of every token of every response, temperature applied. @throws Error; AbortError.
 */
export async function baseLogprobs(
  { asked, base }: LabGroup,
  model: LoadedModel,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<number[][]> {
  if (!asked || !base)
    throw new Error('this group has no demonstrations or token ids to ask the base model about');
  const learner = await model.learner(onProgress, signal);
  await learner.setAdapter(await model.freshAdapter(base.lora, 0));
  const prompt = await model.policy.encode(
    asked.question.prompt,
    await questionImage(asked.bundle, asked.question),
  );
  signal.throwIfAborted();
  const responses = base.ids.map((ids) => ({
    ids: Int32Array.from(ids),
    samplingLogprobs: new Float32Array(ids.length),
    oldLogprobs: null,
    advantage: 0,
  }));
  const logprobs = await learner.logprobs({ promptEmbeds: prompt.embeds, responses }, base.temperature);
  return logprobs.map((row) => [...row]);
}
