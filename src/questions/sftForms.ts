/** The paper's two baselines of supervised fine-tuning. */
export const SFT_FORMS = ['direct', 'cot'] as const;
export type SftForm = (typeof SFT_FORMS)[number];
