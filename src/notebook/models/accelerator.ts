import type { Accelerator } from '../../hub/precision.ts';
import { chooseDevice } from '../../policy/device.ts';
import type { DeviceChoice } from '../loadModel.ts';

/** What a checkpoint would run on here. */
export async function acceleratorOf(choice: DeviceChoice): Promise<Accelerator> {
  const device = choice === 'auto' ? (await chooseDevice()).device : choice;
  const gpu = device === 'webgpu' ? (navigator.gpu as GPU | undefined) : undefined;
  const adapter = (await gpu?.requestAdapter({ powerPreference: 'high-performance' })) ?? null;
  return {
    device,
    shaderF16: adapter?.features.has('shader-f16') ?? false,
    android: navigator.userAgent.includes('Android'),
  };
}
