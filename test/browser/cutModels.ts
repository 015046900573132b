/** SmolVLM-256M's language model, its layers and vocabulary cut so that a software GPU can do an update of it. */
export interface CutModel {
  layers: number;
  vocabulary: number;
  promptLength: number;
  /** As TfjsLearner's; 0: layers are recomputed. */
  activationBytes?: number;
  /** An entropy bonus takes a gradient of its own. */
  entropy_coef?: number;
}

/** In the first two the vocabulary takes the most, in the last a layer's gradient. */
export const CUT_MODELS: CutModel[] = [
  { layers: 1, vocabulary: 49280, promptLength: 100 },
  { layers: 1, vocabulary: 8192, promptLength: 50, entropy_coef: 0.1 },
  { layers: 2, vocabulary: 512, promptLength: 400, activationBytes: 0 },
];
