/** The paper's two baselines of supervised fine-tuning: the position alone, or plan, subtask, movement and position. */
import type { CameraName, Demonstration, Vec3 } from '../demos/demonstration.ts';
import { movementOf, sayMovement } from './movement.ts';
import { makeOpen, type OpenKind, type OpenQuestion } from './openEnded.ts';
import { planAt } from './plans.ts';
import type { QuestionSettings } from './question.ts';
import type { SftForm } from './sftForms.ts';
import { FULL_LINES } from './wordings.ts';

export interface SftExample {
  id: string;
  kind: OpenKind;
  demonstration: string;
  task: string;
  frame: number;
  camera: CameraName;
  /** With one "<image>". */
  prompt: string;
  /** What the model is to say. */
  response: string;
}

/** A row as LLaVA's and Qwen2-VL-Finetune's trainers read it. */
export interface ConversationRow {
  id: string;
  image: string;
  conversations: [{ from: 'human'; value: string }, { from: 'gpt'; value: string }];
}

/** Waypoint and current state only, as in the paper. */
export function makeSftExamples(
  demos: Demonstration[],
  settings: QuestionSettings,
  form: SftForm,
): SftExample[] {
  const format = form === 'direct' ? FULL_LINES.direct_format : FULL_LINES.reasoned_format;
  return makeOpen(demos, settings, format).map(({ question, demo, moment }) => {
    const { kind, demonstration, task, frame, camera, prompt, answer } = question;
    const response =
      form === 'direct' ? answer : reasoned(question, planAt(demo, frame, moment.keypoints), settings);
    const id = question.id.replace(/open$/, form);
    return { id, kind, demonstration, task, frame, camera, prompt, response };
  });
}

/** "Plan: 1. .. 2. ..", "Subtask: ..", "Move: .." and "Answer: [..]", a line each; nothing moves to the current state. */
function reasoned(
  { kind, state, target, answer }: OpenQuestion,
  { steps, now }: { steps: string[]; now: number },
  settings: QuestionSettings,
): string {
  const delta = target.map((t, axis) => t - state[axis]) as Vec3;
  const movement = movementOf(delta, settings.movement_deadband, settings.slightly_threshold);
  return [
    `Plan: ${steps.map((text, i) => `${i + 1}. ${text}.`).join(' ')}`,
    `Subtask: ${steps[now]}.`,
    ...(kind === 'waypoint' ? [`Move: ${sayMovement(movement, settings.viewpoint)}.`] : []),
    `Answer: ${answer}`,
  ].join('\n');
}

export function conversationRow(example: SftExample, image: string): ConversationRow {
  return {
    id: example.id,
    image,
    conversations: [
      { from: 'human', value: example.prompt },
      { from: 'gpt', value: example.response },
    ],
  };
}
