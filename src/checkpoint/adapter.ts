/** A LoRA adapter in memory: the learner writes it, the policy reads it, runs store it. Plain data. */

/** PEFT's names (adapter_config.json). */
export interface LoraConfig {
  r: number;
  /** The branch is scaled by lora_alpha / r. */
  lora_alpha: number;
  /** Module names as in PEFT, e.g. ["q_proj", "v_proj"]; applied in every decoder layer, never in the vision tower. */
  target_modules: string[];
}

export const ALL_LINEAR = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'];

export interface LoraPair {
  /** Row-major [r, in]. */
  A: Float32Array;
  /** Row-major [out, r]. */
  B: Float32Array;
  in: number;
  out: number;
}

export interface Adapter {
  config: LoraConfig;
  /** By module path below the text model, e.g. "layers.0.self_attn.q_proj", "layers.3.mlp.down_proj". */
  modules: Record<string, LoraPair>;
}
