/** What the cells give one another: each reads its inputs here and leaves its outputs here, and knows no other cell. */
import type { Adapter, LoraConfig } from '../checkpoint/adapter.ts';
import type { CheckpointConfig } from '../checkpoint/config.ts';
import type { Bundle, CameraName, Demonstration, EncodedImage } from '../demos/demonstration.ts';
import type { Policy } from '../policy/policy.ts';
import type { Edits } from '../questions/edits.ts';
import type { Question, QuestionSettings } from '../questions/question.ts';
import { DEFAULT_QUESTION_SETTINGS } from '../questions/question.ts';
import type { Learner } from '../learner/learner.ts';

export interface LoadedModel {
  name: string;
  /** Downloaded for answering. */
  bytes: number;
  /** Why it runs where it runs, a sentence. */
  reason: string;
  policy: Policy;
  config(): Promise<CheckpointConfig>;
  /** Changes nothing until its first step. */
  freshAdapter(lora: LoraConfig, seed: number): Promise<Adapter>;
  /** Loaded when training first asks for it. */
  learner(onProgress: (progress: Progress) => void, signal: AbortSignal): Promise<Learner>;
}

export interface Progress {
  label: string;
  done: number;
  /** Null: not known yet. */
  total: number | null;
  unit?: 'bytes';
}

export interface NamedAdapter {
  name: string;
  adapter: Adapter;
}

export class Notebook {
  /** From the model cell. */
  model = $state.raw<LoadedModel | null>(null);
  /** From the demonstrations cell. */
  bundle = $state.raw<Bundle | null>(null);
  /** Of the questions cell; training makes its questions by the same settings. */
  questionSettings = $state.raw<QuestionSettings>(DEFAULT_QUESTION_SETTINGS);
  /** Of the questions cell: what was changed by hand. */
  questionEdits = $state.raw<Edits>(new Map());
  /** The question shown, from the questions cell. */
  question = $state.raw<Question | null>(null);
  /** From the training or the runs cell: what the model answers with. Null: the base model. */
  adapter = $state.raw<NamedAdapter | null>(null);
  /** Which cell has the model at work: its calls must not overlap. */
  modelUser = $state<'ask' | 'train' | null>(null);
  /** The run that training continues, given by the runs cell. */
  resume = $state.raw<{ id: string } | null>(null);
  /** Rises whenever a stored run has changed. */
  runsChanged = $state(0);

  demonstration(id: string): Demonstration | undefined {
    return this.bundle?.demonstrations.find((d) => d.id === id);
  }
}

/** The camera asked for, or the first that the demonstration has. */
export function cameraOf(demonstration: Demonstration, wanted: CameraName = 'front'): CameraName {
  return wanted in demonstration.cameras ? wanted : (Object.keys(demonstration.cameras)[0] ?? wanted);
}

/** One picture, as a question shows it. */
export function questionImage(bundle: Bundle, question: Question): Promise<EncodedImage> {
  const demonstration = bundle.demonstrations.find((d) => d.id === question.demonstration)!;
  return bundle.frames.read(demonstration.id, cameraOf(demonstration, question.camera), question.frame);
}
