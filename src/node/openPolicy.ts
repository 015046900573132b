import type { Policy } from '../policy/policy.ts';
import { openCheckpoint, type OpenOptions } from './openCheckpoint.ts';

/** On the CPU. @throws as openCheckpoint. */
export async function openPolicy(model: string, options: OpenOptions): Promise<Policy> {
  const { source, dtypes } = await openCheckpoint(model, options);
  const { createPolicy } = await import('../policy/vlmPolicy.ts');
  return createPolicy(source, { device: 'cpu', dtypes, signal: options.terminal.signal });
}
