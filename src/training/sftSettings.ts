import type { SftSettings } from '../runs/run.ts';

export const DEFAULT_SFT_SETTINGS: SftSettings = { per_device_train_batch_size: 16, response: 'reasoned' };
