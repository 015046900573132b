/** What was opened is given back when a policy cannot be opened whole. */
import { afterEach, expect, test, vi } from 'vitest';
import { tinyFile } from '../../test/golden/tinyCheckpoint.ts';
import type { Runtime } from './onnxRuntime.ts';
import { createPolicy } from './vlmPolicy.ts';

const sessions = vi.hoisted(() => ({ opened: 0, released: 0 }));
vi.mock('./onnxRuntime.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('./onnxRuntime.ts')>();
  return {
    ...original,
    loadRuntime: async (...given: Parameters<typeof original.loadRuntime>): Promise<Runtime> => {
      const runtime = await original.loadRuntime(...given);
      return {
        ...runtime,
        session: async (...asked) => {
          const session = await runtime.session(...asked);
          sessions.opened++;
          const release = session.release.bind(session);
          session.release = () => (sessions.released++, release());
          return session;
        },
      };
    },
  };
});
afterEach(() => void ([sessions.opened, sessions.released] = [0, 0]));

const text = (value: object) => new TextEncoder().encode(JSON.stringify(value));
const json = (path: string) => JSON.parse(new TextDecoder().decode(tinyFile(path))) as object;

const vision = tinyFile('onnx/vision_encoder_q4.onnx');

/** @param other instead of what these files hold. */
const open = (other: Record<string, Uint8Array>) =>
  createPolicy(
    { name: 'tiny', read: (path) => Promise.resolve(other[path] ?? tinyFile(path)) },
    { device: 'cpu' },
  );

test.each([
  ['a decoder that is none', { 'onnx/decoder_model_merged_q4.onnx': vision }, 2],
  ['a tokenizer of no known kind', { 'tokenizer.json': text({ ...json('tokenizer.json'), model: {} }) }, 3],
])('%s', async (_, files, opened) => {
  await expect(open(files)).rejects.toThrow();
  expect(sessions).toEqual({ opened, released: opened });
});

test('a policy that opens keeps its sessions until it is disposed of', async () => {
  const policy = await open({});
  expect(sessions).toEqual({ opened: 3, released: 0 });
  await policy.dispose();
  expect(sessions).toEqual({ opened: 3, released: 3 });
});
