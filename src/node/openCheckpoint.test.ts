import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HubServer, TINY, TINY_ID } from '../../test/hub/hubServer.ts';
import { tinyInTwo } from '../../test/hub/tinyInTwo.ts';
import type { Adapter } from '../checkpoint/adapter.ts';
import { MODEL_PARTS, onnxPath } from '../checkpoint/parts.ts';
import { StoredCheckpoints } from '../hub/storedCheckpoints.ts';
import { run } from './cli.ts';
import { diskStore } from './diskStore.ts';
import { openCheckpoint } from './openCheckpoint.ts';
import { openPolicy } from './openPolicy.ts';

let hub: HubServer;
let cache: string;
const terminal = {
  print: () => undefined,
  note: () => undefined,
  progress: () => undefined,
  signal: new AbortController().signal,
};

beforeAll(async () => {
  hub = await HubServer.start();
  cache = process.env.ROBOT_R1_CACHE = await mkdtemp(join(tmpdir(), 'robot-r1-cache-'));
});
afterAll(async () => {
  await hub.stop();
  await rm(cache, { recursive: true });
  delete process.env.ROBOT_R1_CACHE;
});

test('downloaded once: the next time needs no network', async () => {
  hub.faults.cutOff = { path: 'onnx/decoder_model_merged_q4.onnx', after: 70_000, times: 1 };
  const options = { mirror: hub.address, terminal };
  const { source, dtypes, askOnly } = await openCheckpoint(TINY_ID, options);
  expect(source.name).toBe(TINY_ID);
  expect(dtypes.decoder_model_merged).toBe('q4');
  expect(askOnly).toBeNull();
  const asked = hub.requests.length;
  await openCheckpoint(`${TINY_ID}:q4`, options);
  expect(hub.requests).toHaveLength(asked);
  const [stored] = await new StoredCheckpoints(diskStore(cache)).list();
  expect(stored).toMatchObject({ id: TINY_ID, origin: hub.address, precisions: ['q4'] });
});

test('robot-r1 ask answers with a checkpoint of a hub', async () => {
  const printed: string[] = [];
  const heard = { ...terminal, print: (line: string) => printed.push(line) };
  const code = await run(['ask', '--model', TINY_ID, '--mirror', hub.address, '--json'], heard);
  expect(code).toBe(0);
  const { responses } = JSON.parse(printed[0]) as { responses: { tokens: number }[] };
  expect(responses[0].tokens).toBeGreaterThan(0);
});

test('what is only there in 8 bits is asked, not trained; beside 4 bits these are taken', async () => {
  const folder = tinyInTwo();
  const opened = await openCheckpoint(folder, { terminal });
  expect([opened.dtypes.decoder_model_merged, opened.askOnly]).toEqual(['q4', null]);
  const eight = await openCheckpoint(`${folder}:q8`, { terminal });
  expect(eight.dtypes.decoder_model_merged).toBe('q8');
  for (const part of MODEL_PARTS) await rm(join(folder, onnxPath(part, 'q4')));
  const { askOnly, policy } = await openCheckpoint(folder, { terminal });
  expect(policy).toBe('own');
  expect(askOnly).toMatch(/can be asked in q8, not trained: its decoder multiplies 8-bit integers/);
  const asked = await openPolicy(folder, { terminal });
  await expect(asked.setAdapter({} as Adapter)).rejects.toThrow(askOnly!);
  await asked.dispose();
  await rm(folder, { recursive: true });
});

test('a folder, and words that name nothing', async () => {
  const { source } = await openCheckpoint(TINY, { terminal });
  expect(await source.paths!()).toContain('onnx/vision_encoder_q4.onnx');
  expect((await openCheckpoint(`${TINY}:q4`, { terminal })).dtypes.decoder_model_merged).toBe('q4');
  await expect(openCheckpoint(`${TINY}:fp32`, { terminal })).rejects.toThrow(/has no fp32: it has q4$/);
  await expect(openCheckpoint(`${TINY}:q5`, { terminal })).rejects.toThrow(/":q5" is no precision/);
  await expect(openCheckpoint('nowhere', { terminal })).rejects.toThrow(/neither a folder nor a hub id/);
  await expect(openCheckpoint('a/b:q5', { terminal })).rejects.toThrow(/":q5" is no precision/);
  await expect(openCheckpoint('a/b:fp16', { terminal })).rejects.toThrow(/a CPU only emulates/);
});
