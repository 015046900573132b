import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DeviceWatch } from './deviceWatch.ts';

class FakeMemoryError {
  message = 'no room';
}

/** A GPU that can be lost and can run out of memory. */
function fakeDevice() {
  const events = new EventTarget();
  let lose!: (info: GPUDeviceLostInfo) => void;
  const lost = new Promise<GPUDeviceLostInfo>((resolve) => (lose = resolve));
  return {
    device: Object.assign(events, { lost }) as unknown as GPUDevice,
    lose: (message: string, reason = 'unknown') => lose({ message, reason } as GPUDeviceLostInfo),
    fail: (error: unknown) => events.dispatchEvent(Object.assign(new Event('uncapturederror'), { error })),
  };
}

beforeEach(() => void vi.stubGlobal('GPUOutOfMemoryError', FakeMemoryError));
afterEach(() => void vi.unstubAllGlobals());

const forever = () => new Promise<never>(() => {});
const ADVICE = 'lower num_generations';

test('work that never ends is ended by the loss of its device, with the reason', async () => {
  const { device, lose } = fakeDevice();
  const watch = new DeviceWatch(device);
  const working = watch.run(ADVICE, forever);
  lose('driver was reset');
  await expect(working).rejects.toMatchObject({
    name: 'DeviceLostError',
    message: 'the graphics device was lost (driver was reset): go on, and the model is loaded anew',
  });
  expect(watch.ended).toBe(true);
  await expect(watch.run(ADVICE, () => Promise.resolve(1))).rejects.toThrow('was lost');
});

test('a loss is told while nothing is computed; without a device there is none', async () => {
  const { device, lose } = fakeDevice();
  const { lost } = new DeviceWatch(device);
  lose('');
  await expect(lost).rejects.toMatchObject({ name: 'DeviceLostError' });
  const waited = new Promise((resolve) => setTimeout(resolve, 5, 'waited'));
  expect(await Promise.race([new DeviceWatch(null).lost, waited])).toBe('waited');
});

test('a call that fails a little before the loss is known is named after the loss', async () => {
  const { device, lose } = fakeDevice();
  const working = new DeviceWatch(device).run(ADVICE, async () => {
    setTimeout(() => lose('', 'destroyed'), 20);
    await Promise.reject(new Error('mapAsync failed'));
  });
  await expect(working).rejects.toThrow('the graphics device was lost (destroyed)');
});

test('memory that the GPU has not ends the work under way by name; the next is free of it', async () => {
  const { device, fail } = fakeDevice();
  const watch = new DeviceWatch(device);
  const working = watch.run(ADVICE, forever);
  fail(new FakeMemoryError());
  await expect(working).rejects.toMatchObject({
    name: 'OutOfMemoryError',
    message: 'out of memory: lower num_generations',
  });
  expect(await watch.run(ADVICE, () => Promise.resolve(1))).toBe(1);
  const other = watch.run(ADVICE, async () => {
    fail(new Error('a validation error'));
    return Promise.resolve(2);
  });
  expect(await other).toBe(2);
});

test.each([
  'failed to call OrtRun(). ERROR_CODE: 6, ERROR_MESSAGE: std::bad_alloc',
  'Failed to allocate memory for requested buffer of size 1048576',
  'WebAssembly.Memory(): could not allocate memory',
  'Array buffer allocation failed',
  'Aborted(OOM)',
  'Invalid typed array length: 4294967296',
])('on a CPU "%s" is out of memory, with what to lower', async (message) => {
  const watch = new DeviceWatch(null);
  const cause = new RangeError(message);
  await expect(watch.run(ADVICE, () => Promise.reject(cause))).rejects.toMatchObject({
    name: 'OutOfMemoryError',
    message: 'out of memory: lower num_generations',
    cause,
  });
});

test('other errors, and cancelling, stay what they are', async () => {
  const other = new Error('max_completion_length 9 does not fit behind a prompt');
  const abort = new DOMException('stopped', 'AbortError');
  for (const device of [null, fakeDevice().device])
    for (const error of [other, abort])
      await expect(new DeviceWatch(device).run(ADVICE, () => Promise.reject(error))).rejects.toBe(error);
});
