/**
 * EasyR1's configuration as its dataclasses define it: verl/trainer/config.py and verl/workers/{actor,critic,
 * rollout,reward}/config.py at commit b44b311. Fields that EasyR1 fills in by itself are left out.
 */

type FieldType = 'int' | 'float' | 'bool' | 'str' | 'strings' | 'floats' | 'dict';

export interface Field {
  type: FieldType;
  default: SettingValue;
  /** The dataclass says Optional. */
  nullable: boolean;
  /** Values that EasyR1's code accepts, of each element where the field is a list. */
  choices?: readonly string[];
}

export type SettingValue =
  null | number | boolean | string | string[] | number[] | { [key: string]: SettingValue };

/** By dotted key, as on EasyR1's command line. */
export type Settings = Record<string, SettingValue>;

function field(type: FieldType) {
  return (value: SettingValue, choices?: readonly string[]): Field => ({
    type,
    default: value,
    nullable: false,
    choices,
  });
}
const int = field('int');
const float = field('float');
const bool = field('bool');
const str = field('str');
const strings = field('strings');
const floats = field('floats');
const dict = field('dict');

function optional(type: FieldType, value: SettingValue = null): Field {
  return { type, default: value, nullable: true };
}

const DTYPES = ['bf16', 'fp16', 'fp32'];
const AVERAGES = ['token', 'seq'];

function under(prefix: string, fields: Record<string, Field>): Record<string, Field> {
  return Object.fromEntries(Object.entries(fields).map(([name, f]) => [`${prefix}.${name}`, f]));
}

const MODEL: Record<string, Field> = {
  model_path: optional('str'),
  tokenizer_path: optional('str'),
  override_config: dict({}),
  enable_gradient_checkpointing: bool(true),
  trust_remote_code: bool(true),
  freeze_vision_tower: bool(false),
  ...under('lora', {
    rank: int(0),
    alpha: int(64),
    target_modules: str('all-linear'),
    exclude_modules: optional('str'),
  }),
};

const OPTIM: Record<string, Field> = {
  lr: float(1e-6),
  betas: floats([0.9, 0.999]),
  weight_decay: float(1e-2),
  strategy: str('adamw', ['adamw', 'adamw_bf16']),
  lr_warmup_ratio: float(0),
  lr_warmup_steps: optional('int'),
  min_lr_ratio: optional('float'),
  lr_scheduler_type: str('constant', ['constant', 'cosine']),
};

const FSDP: Record<string, Field> = {
  enable_full_shard: bool(true),
  enable_cpu_offload: bool(false),
  enable_rank0_init: bool(true),
  use_orig_params: bool(false),
  torch_dtype: optional('str'),
  fsdp_size: int(-1),
  mp_param_dtype: str('bf16', DTYPES),
  mp_reduce_dtype: str('fp32', DTYPES),
  mp_buffer_dtype: str('fp32', DTYPES),
};

const OFFLOAD: Record<string, Field> = { offload_params: bool(false), offload_optimizer: bool(false) };

const UPDATE: Record<string, Field> = {
  strategy: str('fsdp'),
  global_batch_size: int(256),
  micro_batch_size_per_device_for_update: int(4),
  micro_batch_size_per_device_for_experience: int(16),
  max_grad_norm: float(1),
  loss_avg_mode: str('token', AVERAGES),
  ppo_epochs: int(1),
  dynamic_batching: bool(true),
  ulysses_size: int(1),
  ...under('model', MODEL),
  ...under('optim', OPTIM),
  ...under('fsdp', FSDP),
  ...under('offload', OFFLOAD),
};

export const SCHEMA: Readonly<Record<string, Field>> = {
  ...under('data', {
    train_files: str(''),
    val_files: str(''),
    prompt_key: str('prompt'),
    answer_key: str('answer'),
    image_key: str('images'),
    video_key: str('videos'),
    image_dir: optional('str'),
    video_fps: float(2),
    max_prompt_length: int(512),
    max_response_length: int(512),
    rollout_batch_size: int(512),
    mini_rollout_batch_size: optional('int'),
    val_batch_size: int(-1),
    format_prompt: optional('str'),
    override_chat_template: optional('str'),
    shuffle: bool(true),
    seed: int(1),
    min_pixels: optional('int', 262144),
    max_pixels: optional('int', 4194304),
    filter_overlong_prompts: bool(true),
    filter_overlong_prompts_workers: int(16),
  }),
  ...under('algorithm', {
    gamma: float(1),
    lam: float(1),
    adv_estimator: str('grpo', ['gae', 'grpo', 'grpo_passk', 'reinforce_plus_plus', 'remax', 'rloo']),
    disable_kl: bool(false),
    use_kl_loss: bool(false),
    kl_penalty: str('kl', ['kl', 'abs', 'mse', 'low_var_kl', 'full']),
    kl_coef: float(1e-3),
    kl_type: str('fixed', ['fixed', 'adaptive']),
    kl_horizon: float(10000),
    kl_target: float(0.1),
    online_filtering: bool(false),
    filter_key: str('overall'),
    filter_low: float(0.01),
    filter_high: float(0.99),
  }),
  ...under('trainer', {
    total_epochs: int(15),
    max_steps: optional('int'),
    project_name: str('easy_r1'),
    experiment_name: str('demo'),
    logger: strings(['console', 'wandb'], ['console', 'file', 'mlflow', 'swanlab', 'tensorboard', 'wandb']),
    nnodes: int(1),
    n_gpus_per_node: int(8),
    max_try_make_batch: int(20),
    critic_warmup: int(0),
    val_freq: int(-1),
    val_before_train: bool(true),
    val_only: bool(false),
    val_generations_to_log: int(0),
    save_freq: int(-1),
    save_limit: int(-1),
    save_model_only: bool(false),
    save_checkpoint_path: optional('str'),
    load_checkpoint_path: optional('str'),
    ray_timeline: optional('str'),
    find_last_checkpoint: bool(true),
  }),
  'worker.hybrid_engine': bool(true),
  ...under('worker.actor', {
    ...UPDATE,
    clip_ratio_low: float(0.2),
    clip_ratio_high: float(0.3),
    clip_ratio_dual: float(3),
    loss_type: str('default', ['default', 'gspo', 'gspo_token', 'cispo', 'sapo']),
    padding_free: bool(true),
    use_torch_compile: bool(true),
    tau_positive: float(1),
    tau_negative: float(1.05),
  }),
  ...under('worker.critic', { ...UPDATE, cliprange_value: float(0.5), padding_free: bool(false) }),
  ...under('worker.ref', { strategy: str('fsdp'), ...under('fsdp', FSDP), ...under('offload', OFFLOAD) }),
  ...under('worker.reward', {
    reward_function: optional('str'),
    reward_function_kwargs: dict({}),
    skip_special_tokens: bool(true),
    num_cpus: int(1),
  }),
  ...under('worker.rollout', {
    name: str('vllm', ['vllm']),
    n: int(1),
    temperature: float(1),
    top_p: float(1),
    top_k: int(-1),
    seed: int(1),
    limit_images: int(0),
    dtype: str('bf16', DTYPES),
    gpu_memory_utilization: float(0.6),
    ignore_eos: bool(false),
    enforce_eager: bool(false),
    enable_chunked_prefill: bool(false),
    tensor_parallel_size: int(2),
    max_model_len: optional('int'),
    max_num_batched_tokens: int(8192),
    disable_log_stats: bool(true),
    disable_tqdm: bool(false),
    val_override_config: dict({}),
  }),
};

/** @throws Error naming the first key that EasyR1 does not know or whose value has the wrong type. */
export function checkSettings(settings: Record<string, unknown>): asserts settings is Settings {
  for (const [key, value] of Object.entries(settings)) {
    if (!Object.hasOwn(SCHEMA, key)) throw new Error(`EasyR1 has no setting "${key}"${suggestion(key)}`);
    const found = SCHEMA[key];
    if (!fits(found, value)) {
      const wanted = found.choices ? `one of ${found.choices.join(', ')}` : TYPE_WORDS[found.type];
      throw new Error(
        `EasyR1's ${key} is ${JSON.stringify(value)}, not ${wanted}${found.nullable ? ' or null' : ''}`,
      );
    }
  }
}

/** A nested configuration, as read from YAML, by dotted key; dictionaries that EasyR1 leaves open stay whole. */
export function flattenConfig(config: Record<string, unknown>, prefix = ''): Record<string, unknown> {
  const flat: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(config)) {
    const key = prefix + name;
    if (isRecord(value) && SCHEMA[key]?.type !== 'dict') Object.assign(flat, flattenConfig(value, `${key}.`));
    else flat[key] = value;
  }
  return flat;
}

const TYPE_WORDS: Record<FieldType, string> = {
  int: 'a whole number',
  float: 'a number',
  bool: 'true or false',
  str: 'a text',
  strings: 'a list of texts',
  floats: 'a list of numbers',
  dict: 'a dictionary',
};

function fits(field: Field, value: unknown): boolean {
  if (value === null) return field.nullable;
  if (Array.isArray(value)) {
    const element = field.type === 'strings' ? 'str' : field.type === 'floats' ? 'float' : null;
    return element !== null && value.every((v) => fits({ ...field, type: element }, v));
  }
  if (field.choices && !field.choices.includes(value as string)) return false;
  switch (field.type) {
    case 'int':
      return Number.isSafeInteger(value);
    case 'float':
      return Number.isFinite(value);
    case 'bool':
      return typeof value === 'boolean';
    case 'str':
      return typeof value === 'string';
    case 'dict':
      return isRecord(value);
    default:
      return false;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function suggestion(key: string): string {
  const name = key.split('.').at(-1);
  const near = Object.keys(SCHEMA).filter((known) => known.split('.').at(-1) === name);
  return near.length > 0 ? `: did you mean ${near.join(' or ')}?` : '';
}
