import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HubServer, TINY, TINY_ID } from '../../test/hub/hubServer.ts';
import { planDownload, planFolder, type CheckpointPlan } from './checkpointPlan.ts';
import { download, type DownloadOptions, type DownloadProgress } from './download.ts';
import { hubRepository } from './repository.ts';
import { StoredCheckpoints } from './storedCheckpoints.ts';
import { memoryFiles } from './testing/memoryFiles.ts';
import { folderTransport, httpTransport } from './transport.ts';

const VISION = 'onnx/vision_encoder_q4.onnx';
const CPU = { device: 'cpu', shaderF16: false, android: false } as const;
const never = new AbortController().signal;
let hub: HubServer;
let files: ReturnType<typeof memoryFiles>;
let checkpoints: StoredCheckpoints;

beforeEach(async () => {
  hub = await HubServer.start();
  files = memoryFiles();
  checkpoints = new StoredCheckpoints(files);
});
afterEach(() => hub.stop());

const repository = () => hubRepository(TINY_ID, hub.address);
const planned = () =>
  planDownload(checkpoints, repository(), { precision: null, accelerator: CPU, signal: never });
const fetchAll = (plan: CheckpointPlan, options: Partial<DownloadOptions> = {}) =>
  download(checkpoints, plan.id, plan.files, httpTransport(repository()), {
    signal: never,
    pauseMilliseconds: 1,
    ...options,
  });

function expectWhole(): void {
  const stored = files.files.get(checkpoints.pathOf(TINY_ID, VISION))!;
  expect(Buffer.from(stored).equals(readFileSync(join(TINY, VISION)))).toBe(true);
}

test('the total is known before the start, and is what comes', async () => {
  const plan = await planned();
  expect(plan).toMatchObject({ precision: 'q4', offered: ['q4'], here: 0, askOnly: null });
  const seen: DownloadProgress[] = [];
  await fetchAll(plan, { onProgress: (progress) => seen.push(progress) });
  expect(seen.every(({ total }) => total === plan.total)).toBe(true);
  expect(seen.every(({ done }, i) => i === 0 || done >= seen[i - 1].done)).toBe(true);
  expect(seen[seen.length - 1].done).toBe(plan.total);
  expectWhole();
  expect((await planned()).here).toBe(plan.total);
  const before = hub.requests.length;
  await fetchAll(plan);
  expect(hub.requests).toHaveLength(before);
});

test('a mirror without a list of files is asked file by file', async () => {
  hub.faults.noTree = true;
  const plan = await planned();
  expect(plan.files.find(({ path }) => path === VISION)?.sha256).toMatch(/^[0-9a-f]{64}$/);
  await fetchAll(plan);
  expectWhole();
});

test('cancelled at once, and resumed from the byte where it stopped', async () => {
  hub.faults.slow = 5;
  const plan = await planned();
  const stop = new AbortController();
  const running = fetchAll(plan, {
    signal: stop.signal,
    onProgress: ({ file }) => {
      const here = files.files.get(checkpoints.pathOf(TINY_ID, VISION))?.length ?? 0;
      if (file === VISION && here > 40_000) stop.abort();
    },
  });
  await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  const here = files.files.get(checkpoints.pathOf(TINY_ID, VISION))!.length;
  expect(here).toBeGreaterThan(40_000);
  expect(here).toBeLessThan(124_865);
  expect((await planned()).here).toBeGreaterThanOrEqual(here);
  hub.faults = {};
  await fetchAll(plan);
  expect(hub.requests).toContain(`GET /${TINY_ID}/resolve/main/${VISION} bytes=${here}-`);
  expectWhole();
});

test('cut off twice: goes on by itself from where it was', async () => {
  hub.faults.cutOff = { path: VISION, after: 50_000, times: 2 };
  await fetchAll(await planned());
  expect(
    hub.requests.filter((request) => request.includes(VISION) && request.includes('bytes=')),
  ).toHaveLength(2);
  expectWhole();
});

test('cut off again and again without a byte: gives up, keeps the part, says so', async () => {
  hub.faults.cutOff = { path: VISION, after: 0, times: 99 };
  const plan = await planned();
  await expect(fetchAll(plan, { attempts: 3 })).rejects.toThrow(
    /of 124865 bytes are kept: go on when it answers/,
  );
  expect(hub.requests.filter((request) => request.includes(VISION))).toHaveLength(3);
});

test('a server that refuses ranges: begins anew and ends right', async () => {
  hub.faults.cutOff = { path: VISION, after: 50_000, times: 1 };
  hub.faults.refuseRange = true;
  await fetchAll(await planned());
  expect(hub.requests.filter((request) => request.includes(VISION))).toHaveLength(2);
  expectWhole();
});

test('a connection that stands still is taken up again', async () => {
  hub.faults.stall = { path: VISION, after: 32_768, times: 1 };
  await fetchAll(await planned(), { stallMilliseconds: 150 });
  expectWhole();
});

test('wrong bytes are found by their hash and removed; the next time is right', async () => {
  for (const path of ['tokenizer.json', VISION]) {
    hub.faults.wrongByte = { path, times: 1 };
    const plan = await planned();
    await expect(fetchAll(plan)).rejects.toThrow(`${path} is not what the hub promised`);
    expect(files.files.has(checkpoints.pathOf(TINY_ID, path))).toBe(false);
  }
  await fetchAll(await planned());
  expectWhole();
});

test('a file that is gone is named; a failing server is tried again', async () => {
  const plan = await planned();
  hub.faults.status = { path: VISION, status: 404 };
  await expect(fetchAll(plan)).rejects.toThrow(/vision_encoder_q4\.onnx answers 404: it is not there/);
  hub.faults.status = { path: VISION, status: 503, times: 2 };
  await fetchAll(plan);
  expectWhole();
});

test('no such checkpoint, no such mirror', async () => {
  const plan = (id: string, mirror: string) =>
    planDownload(checkpoints, hubRepository(id, mirror), {
      precision: null,
      accelerator: CPU,
      signal: never,
    });
  await expect(plan('test/other', hub.address)).rejects.toThrow(/has no checkpoint test\/other/);
  await expect(plan(TINY_ID, 'http://127.0.0.1:9')).rejects.toThrow(/cannot reach .* set a mirror/);
  expect(() => hubRepository('../x/y', hub.address)).toThrow('is no hub id');
  expect(() => hubRepository(TINY_ID, 'ftp://x')).toThrow('is no http address');
});

test('too large for the storage: said before the start, and when it fills up on the way', async () => {
  const plan = await planned();
  checkpoints = new StoredCheckpoints(memoryFiles(100_000));
  await expect(fetchAll(plan)).rejects.toMatchObject({ name: 'StorageFullError' });
  expect(hub.requests.filter((request) => request.includes('.onnx'))).toHaveLength(0);
  const filling = memoryFiles(150_000);
  filling.room = () => Promise.resolve(null);
  checkpoints = new StoredCheckpoints(filling);
  await expect(fetchAll(plan)).rejects.toThrow(/storage is full: delete a stored checkpoint/);
});

test('a file that has changed on the hub begins anew', async () => {
  const plan = await planned();
  await fetchAll(plan);
  const changed = plan.files.map((file) =>
    file.path === VISION ? { ...file, sha256: 'a'.repeat(64) } : file,
  );
  const before = hub.requests.length;
  await expect(fetchAll({ ...plan, files: changed })).rejects.toThrow(/is not what the hub promised/);
  expect(hub.requests.slice(before).map((request) => request.trim())).toEqual([
    `GET /${TINY_ID}/resolve/main/${VISION}`,
  ]);
});

test('without hashes the server’s word of a change counts: no part of the old file begins the new one', async () => {
  hub.faults = { unhashed: 'first', cutOff: { path: VISION, after: 50_000, times: 99 } };
  const plan = await planned();
  expect(plan.files.find(({ path }) => path === VISION)).toMatchObject({ sha256: null, version: 'first' });
  await expect(fetchAll(plan, { attempts: 1 })).rejects.toThrow('bytes are kept');
  hub.faults = { unhashed: 'second' };
  const later = await planned();
  const [before, here] = [hub.requests.length, later.here];
  await fetchAll(later);
  expect(here).toBeLessThan(plan.total - 124_865 + 1);
  expect(hub.requests.slice(before).filter((request) => request.includes('bytes='))).toEqual([]);
  expectWhole();
  // A mirror that says nothing of it has not changed anything.
  const silent = later.files.map((file) => ({ ...file, version: null }));
  const after = hub.requests.length;
  await fetchAll({ ...later, files: silent });
  expect(hub.requests).toHaveLength(after);
});

test('a range from another byte than asked is refused', async () => {
  hub.faults = { cutOff: { path: VISION, after: 50_000, times: 1 }, otherRange: 10 };
  await expect(fetchAll(await planned())).rejects.toThrow('gives bytes from 10, asked were 50000');
});

test('a list of files without an end is left', async () => {
  hub.faults.endlessTree = true;
  await expect(planned()).rejects.toThrow('is page 50 of a list without an end');
});

test('a whole file that has become shorter since is told and completed', async () => {
  const plan = await planned();
  await fetchAll(plan);
  const path = checkpoints.pathOf(TINY_ID, VISION);
  files.files.set(path, files.files.get(path)!.slice(0, 1000));
  const source = await checkpoints.source(TINY_ID);
  await expect(source.read(VISION)).rejects.toThrow('has 1000 of 124865 bytes here: download it again');
  await fetchAll(plan);
  expectWhole();
});

test('config.json of a hub that is no JSON is named', async () => {
  hub.faults.garbled = 'config.json';
  await expect(planned()).rejects.toThrow(/resolve\/main\/config\.json gives .* that is no JSON/);
});

test('a folder that the visitor gives needs no network', async () => {
  const given = new Map<string, Blob>();
  const plan = await planned();
  for (const { path } of plan.files) given.set(path, new Blob([readFileSync(join(TINY, path))]));
  await hub.stop();
  const options = { precision: 'q4', accelerator: CPU, signal: never } as const;
  const damaged = new Map([...given, ['config.json', new Blob(['{'])] as const]);
  await expect(planFolder(checkpoints, 'my folder', damaged, options)).rejects.toThrow(
    'config.json of my folder is no JSON',
  );
  const local = await planFolder(checkpoints, 'my folder', given, options);
  await download(checkpoints, local.id, local.files, folderTransport(given), { signal: never });
  expect(await checkpoints.list()).toEqual([
    { id: 'my folder', origin: 'folder', bytes: expect.any(Number) as number, precisions: ['q4'] },
  ]);
  const source = await checkpoints.source('my folder');
  expect(Buffer.from(await source.read(VISION)).equals(readFileSync(join(TINY, VISION)))).toBe(true);
  await expect(source.read('onnx/other.onnx')).rejects.toMatchObject({ name: 'MissingFileError' });
  const again = new File([new Uint8Array(124_865)], 'v.onnx', { lastModified: 2 });
  const first = new File([readFileSync(join(TINY, VISION))], 'v.onnx', { lastModified: 1 });
  for (const file of [first, again]) {
    const changed = new Map([...given, [VISION, file] as const]);
    const next = await planFolder(checkpoints, 'my folder', changed, options);
    await download(checkpoints, next.id, next.files, folderTransport(changed), { signal: never });
  }
  expect((await (await checkpoints.source('my folder')).read(VISION)).every((byte) => byte === 0)).toBe(true);
  await checkpoints.delete('my folder');
  expect(await checkpoints.list()).toEqual([]);
  hub = await HubServer.start();
});
