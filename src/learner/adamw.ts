/** AdamW (Loshchilov & Hutter 2019, as torch.optim.AdamW) and clipping by the global norm, on the host. */
import type { OptimizerSettings, OptimizerState } from './learner.ts';

/** Values by tensor name. */
export type Tensors = Record<string, Float32Array>;

export function newOptimizerState(parameters: Tensors): OptimizerState {
  const zeros = () =>
    Object.fromEntries(
      Object.entries(parameters).map(([name, { length }]) => [name, new Float32Array(length)]),
    );
  return { step: 0, m: zeros(), v: zeros() };
}

export function globalNorm(gradients: Tensors): number {
  let squares = 0;
  for (const values of Object.values(gradients)) for (const value of values) squares += value * value;
  return Math.sqrt(squares);
}

/** One update on gradients of global norm `norm`, clipped to max_grad_norm (0: not clipped). Changes no argument. */
export function adamwStep(
  parameters: Tensors,
  gradients: Tensors,
  norm: number,
  state: OptimizerState,
  settings: OptimizerSettings,
): { parameters: Tensors; state: OptimizerState } {
  const { learning_rate, adam_beta1, adam_beta2, adam_epsilon, weight_decay, max_grad_norm } = settings;
  const clip = max_grad_norm > 0 ? Math.min(1, max_grad_norm / (norm + 1e-6)) : 1;
  const step = state.step + 1;
  const stepSize = learning_rate / (1 - adam_beta1 ** step);
  const secondCorrection = Math.sqrt(1 - adam_beta2 ** step);
  const next: Tensors = {};
  const [m, v]: [Tensors, Tensors] = [{}, {}];
  for (const [name, values] of Object.entries(parameters)) {
    const [gradient, oldM, oldV] = [gradients[name], state.m[name], state.v[name]];
    const [newM, newV, updated] = [oldM, oldV, values].map(({ length }) => new Float32Array(length));
    for (let i = 0; i < values.length; i++) {
      const slope = clip * gradient[i];
      newM[i] = adam_beta1 * oldM[i] + (1 - adam_beta1) * slope;
      newV[i] = adam_beta2 * oldV[i] + (1 - adam_beta2) * slope ** 2;
      const denominator = Math.sqrt(newV[i]) / secondCorrection + adam_epsilon;
      updated[i] = values[i] * (1 - learning_rate * weight_decay) - (stepSize * newM[i]) / denominator;
    }
    [m[name], v[name], next[name]] = [newM, newV, updated];
  }
  return { parameters: next, state: { step, m, v } };
}
