/** Narrower subgroups than any GPU has: software adapters'. */
const NARROW = 8;

/**
 * ONNX Runtime's WebGPU attention gives wrong values on subgroups of four, which software adapters have, and right ones
 * without subgroups. From now on devices of such adapters are made without them.
 */
export function withholdNarrowSubgroups(): void {
  const requestDevice = Reflect.get(GPUAdapter.prototype, 'requestDevice');
  GPUAdapter.prototype.requestDevice = function (this: GPUAdapter, descriptor) {
    const { subgroupMinSize } = this.info as GPUAdapterInfo & { subgroupMinSize?: number };
    if (!(subgroupMinSize && subgroupMinSize < NARROW)) return requestDevice.call(this, descriptor);
    const asked = [...(descriptor?.requiredFeatures ?? [])];
    const requiredFeatures = asked.filter((feature) => !feature.startsWith('subgroup'));
    return requestDevice.call(this, { ...descriptor, requiredFeatures });
  };
}
