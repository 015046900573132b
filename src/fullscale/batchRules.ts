/** Which batch sizes EasyR1 accepts: ray_trainer.py, fsdp_workers.py, protocol.py and vllm_rollout_spmd.py. */
import { SCHEMA, type Settings } from './easyr1Schema.ts';

export interface BatchSizes {
  /** data.rollout_batch_size: prompts a step. */
  rollout: number;
  /** worker.actor.global_batch_size: prompts an update. */
  global: number;
}

/**
 * The wanted sizes where `rows` fill one rollout batch, else the largest that they fill, with as many updates a step.
 * A last incomplete batch is dropped by EasyR1, so fewer rows than one batch would train nothing.
 * @param gpus a batch is dealt out to them evenly.
 * @throws Error when there are fewer rows than GPUs.
 */
export function fitBatchSizes(rows: number, wanted: BatchSizes, gpus: number): BatchSizes {
  if (rows >= wanted.rollout) return wanted;
  if (rows < gpus) {
    throw new Error(
      `${rows} training questions are too few for ${gpus} GPUs: add demonstrations or lower n_gpus_per_node`,
    );
  }
  const updates = Math.max(1, Math.floor(wanted.rollout / wanted.global));
  const global = Math.max(gpus, floorTo(gpus, rows / updates));
  return { rollout: floorTo(global, Math.min(rows, global * updates)), global };
}

/** @throws Error naming the rule that these settings break for so many rows. */
export function checkBatchRules(settings: Settings, rows: { train: number; val: number }): void {
  const value = (key: string) => settings[key] ?? SCHEMA[key].default;
  const number = (key: string) => value(key) as number;

  const n = number('worker.rollout.n');
  const rollout = number('data.rollout_batch_size');
  const drawn = (value('data.mini_rollout_batch_size') as number | null) ?? rollout;
  const global = number('worker.actor.global_batch_size');
  const experience = number('worker.actor.micro_batch_size_per_device_for_experience');
  const update = number('worker.actor.micro_batch_size_per_device_for_update');
  const gpus = number('trainer.nnodes') * number('trainer.n_gpus_per_node');
  const ulysses = number('worker.actor.ulysses_size');
  const parallel = number('worker.rollout.tensor_parallel_size');
  const tokens = number('worker.rollout.max_num_batched_tokens');
  const length = number('data.max_prompt_length') + number('data.max_response_length');
  const estimator = value('algorithm.adv_estimator') as string;
  const perDevice = Math.floor((global * n) / Math.floor(gpus / ulysses));

  const must = (holds: boolean, rule: string) => {
    if (!holds) throw new Error(`EasyR1 would stop: ${rule}`);
  };
  must(rows.val > 0, 'there is no validation question: hold out a demonstration');
  must(rows.train >= drawn, `${rows.train} training questions do not fill a batch of ${drawn}`);
  must(rollout % global === 0, `rollout_batch_size ${rollout} is no multiple of global_batch_size ${global}`);
  must(drawn % gpus === 0, `a batch of ${drawn} prompts is no multiple of ${gpus} GPUs`);
  must(
    (rollout * n) % experience === 0,
    `rollout_batch_size ${rollout} x n ${n} is no multiple of micro_batch_size_per_device_for_experience ${experience}`,
  );
  must(
    n > 1 || !['grpo', 'grpo_passk', 'rloo'].includes(estimator),
    `${estimator} needs n above 1, not ${n}`,
  );
  must(
    perDevice > 0 && perDevice % update === 0,
    `${perDevice} responses an update and GPU are no multiple of micro_batch_size_per_device_for_update ${update}`,
  );
  must(gpus % parallel === 0, `${gpus} GPUs are no multiple of tensor_parallel_size ${parallel}`);
  must(
    tokens >= length,
    `max_num_batched_tokens ${tokens} is less than ${length}, prompt and response together`,
  );
}

function floorTo(unit: number, value: number): number {
  return Math.floor(value / unit) * unit;
}
