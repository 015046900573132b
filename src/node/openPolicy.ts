import type { Policy } from '../policy/policy.ts';
import { openCheckpoint, type OpenOptions } from './openCheckpoint.ts';

/** On the CPU; by transformers.js where it can only be asked. @throws as openCheckpoint. */
export async function openPolicy(model: string, options: OpenOptions): Promise<Policy> {
  const { source, dtypes, askOnly, policy } = await openCheckpoint(model, options);
  const made = { device: 'cpu', dtypes, signal: options.terminal.signal } as const;
  if (policy === 'transformers') {
    const { createTransformersPolicy } = await import('../policy/transformersPolicy.ts');
    return createTransformersPolicy(source, made);
  }
  const { createPolicy } = await import('../policy/vlmPolicy.ts');
  return createPolicy(source, { ...made, askOnly });
}
