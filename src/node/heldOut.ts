/** What train and evaluate ask unless told otherwise: the same questions. */
export const HELD_OUT = { share: 0.5, questions: 300, samples: 4 };
