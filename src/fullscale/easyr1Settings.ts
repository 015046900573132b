/** The run that is exported: the paper's values, EasyR1's example where the paper is silent, and our wiring. */
import type { RewardWeights } from '../questions/reward.ts';
import type { Settings, SettingValue } from './easyr1Schema.ts';

/** Who chose a value. The paper says that it keeps EasyR1's example otherwise, without naming a version. */
export type Origin = 'paper' | 'EasyR1 example' | 'ours' | 'yours';

export interface Setting {
  key: string;
  value: SettingValue;
  origin: Origin;
  note?: string;
}

/** Paper, section 4.1 and appendix A; the algorithm is GRPO throughout. */
const PAPER: Settings = {
  'worker.actor.model.model_path': 'Qwen/Qwen2.5-VL-7B-Instruct',
  'algorithm.adv_estimator': 'grpo',
  'data.rollout_batch_size': 512,
  'worker.actor.global_batch_size': 128,
  'worker.rollout.n': 5,
  'worker.rollout.temperature': 1,
  'worker.actor.optim.lr': 1e-6,
  'worker.actor.optim.weight_decay': 1e-2,
  'trainer.total_epochs': 5,
  'trainer.nnodes': 1,
  'trainer.n_gpus_per_node': 4,
};

const EXAMPLE: Settings = {
  'data.prompt_key': 'problem',
  'data.answer_key': 'answer',
  'data.image_key': 'images',
  'data.max_prompt_length': 2048,
  'data.max_response_length': 2048,
  'data.val_batch_size': 1024,
  'data.shuffle': true,
  'data.seed': 1,
  'data.min_pixels': 262144,
  'data.max_pixels': 4194304,
  'data.filter_overlong_prompts': true,
  'algorithm.disable_kl': false,
  'algorithm.use_kl_loss': true,
  'algorithm.kl_penalty': 'low_var_kl',
  'algorithm.kl_coef': 1e-2,
  'algorithm.online_filtering': false,
  'worker.actor.micro_batch_size_per_device_for_update': 1,
  'worker.actor.micro_batch_size_per_device_for_experience': 2,
  'worker.actor.max_grad_norm': 1,
  'worker.actor.padding_free': true,
  'worker.actor.dynamic_batching': true,
  'worker.actor.ulysses_size': 1,
  'worker.actor.model.enable_gradient_checkpointing': true,
  'worker.actor.model.trust_remote_code': false,
  'worker.actor.model.freeze_vision_tower': false,
  'worker.actor.optim.strategy': 'adamw',
  'worker.actor.optim.lr_warmup_ratio': 0,
  'worker.actor.fsdp.enable_full_shard': true,
  'worker.actor.fsdp.enable_cpu_offload': false,
  'worker.actor.fsdp.enable_rank0_init': true,
  'worker.actor.offload.offload_params': true,
  'worker.actor.offload.offload_optimizer': true,
  'worker.rollout.top_p': 1,
  'worker.rollout.gpu_memory_utilization': 0.6,
  'worker.rollout.enforce_eager': false,
  'worker.rollout.enable_chunked_prefill': false,
  'worker.rollout.tensor_parallel_size': 2,
  'worker.rollout.val_override_config': { temperature: 0.6, top_p: 0.95, n: 1 },
  'worker.ref.fsdp.enable_full_shard': true,
  'worker.ref.fsdp.enable_cpu_offload': true,
  'worker.ref.fsdp.enable_rank0_init': true,
  'worker.ref.offload.offload_params': false,
  'trainer.val_freq': 5,
  'trainer.val_before_train': true,
  'trainer.val_generations_to_log': 3,
  'trainer.save_freq': 5,
  'trainer.save_limit': 3,
  'trainer.find_last_checkpoint': true,
};

const NOTES: Record<string, string> = {
  'data.min_pixels':
    'a 224x224 frame is enlarged to 512x512, 324 image tokens; 50176 keeps it as it is, 64 tokens',
  'data.format_prompt': 'the problem asks for the format itself',
  'data.image_dir': 'the images column is relative to this folder',
  'worker.actor.global_batch_size': 'counts prompts: EasyR1 multiplies it by n',
  'trainer.logger': 'neither needs an account',
};

/** In the order in which config.yaml lists them. */
export function defaultSettings(name: string, weights: RewardWeights): Setting[] {
  const ours: Settings = {
    'data.train_files': './train.jsonl',
    'data.val_files': './val.jsonl',
    'data.image_dir': '.',
    'data.format_prompt': null,
    'worker.reward.reward_function': './reward.py:compute_score',
    'worker.reward.reward_function_kwargs': {
      format_weight: weights.format,
      accuracy_weight: weights.accuracy,
    },
    'trainer.logger': ['console', 'file'],
    'trainer.project_name': 'robot_r1',
    'trainer.experiment_name': name,
  };
  return [...settings(ours, 'ours'), ...settings(PAPER, 'paper'), ...settings(EXAMPLE, 'EasyR1 example')];
}

/** The settings with the overrides in their places; new keys come last. */
export function override(base: Setting[], overrides: Settings, origin: Origin, note?: string): Setting[] {
  const kept = base.map((s) =>
    Object.hasOwn(overrides, s.key) ? { ...s, value: overrides[s.key], origin, note: note ?? s.note } : s,
  );
  const known = new Set(base.map((s) => s.key));
  const added = Object.entries(overrides).filter(([key]) => !known.has(key));
  return [...kept, ...settings(Object.fromEntries(added), origin)];
}

export function asRecord(list: Setting[]): Settings {
  return Object.fromEntries(list.map((s) => [s.key, s.value]));
}

function settings(record: Settings, origin: Origin): Setting[] {
  return Object.entries(record).map(([key, value]) => ({ key, value, origin, note: NOTES[key] }));
}
