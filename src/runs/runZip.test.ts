import { BlobWriter, configure, TextReader, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js';
import { describe, expect, test } from 'vitest';
import { memoryStore } from './keyValue.ts';
import { writeRunFiles } from './runFiles.ts';
import { openRuns } from './runs.ts';
import { trainedRun } from './testing/trainedRun.ts';

async function zipOf(files: Map<string, Uint8Array | string>): Promise<Blob> {
  configure({ useWebWorkers: false });
  const zip = new ZipWriter(new BlobWriter());
  for (const [name, content] of files)
    await zip.add(
      name,
      typeof content === 'string' ? new TextReader(content) : new Uint8ArrayReader(content),
    );
  return zip.close();
}

describe('an uploaded run is hostile until checked', () => {
  const files = async () => {
    const runs = openRuns(memoryStore());
    const good = writeRunFiles(await runs.load(await trainedRun(runs)));
    return good as Map<string, Uint8Array | string>;
  };
  const text = (content: Uint8Array | string) => new TextDecoder().decode(content as Uint8Array);
  const rewrite = (all: Map<string, Uint8Array | string>, name: string, change: (text: string) => string) =>
    all.set(name, change(text(all.get(name)!)));

  test.each<[string, (all: Map<string, Uint8Array | string>) => unknown, string]>([
    ['no run.json', (all) => all.delete('run.json'), 'x.zip: run.json is missing'],
    ['run.json is text', (all) => all.set('run.json', 'hello'), 'x.zip: run.json is not JSON'],
    ['run.json is a list', (all) => all.set('run.json', '[]'), 'run.json has no version'],
    [
      'a wrong field',
      (all) => rewrite(all, 'run.json', (t) => t.replace('"num_generations": 8', '"num_generations": "8"')),
      'run.json: config.num_generations',
    ],
    [
      'an id that is a path',
      (all) => rewrite(all, 'run.json', (t) => t.replace(/"id": "\w+"/, '"id": "../x"')),
      'run.json: id',
    ],
    [
      'a state file elsewhere',
      (all) => rewrite(all, 'run.json', (t) => t.replace('state-3.saf', '../state-3.saf')),
      'run.json: state.file',
    ],
    ['no state file', (all) => all.delete('state-3.safetensors'), 'state-3.safetensors is missing'],
    [
      'a cut state file',
      (all) => all.set('state-3.safetensors', (all.get('state-3.safetensors') as Uint8Array).slice(0, -4)),
      'safetensors: ',
    ],
    [
      'metrics of fewer steps',
      (all) => rewrite(all, 'metrics.jsonl', (t) => t.split('\n')[0] + '\n'),
      'metrics.jsonl does not hold steps 1 to 3',
    ],
    [
      'a metric that is text',
      (all) => rewrite(all, 'metrics.jsonl', (t) => t.replace(/"reward":[\d.]+/, '"reward":"high"')),
      'metrics.jsonl line 1: metrics.reward',
    ],
    [
      'a line that is null',
      (all) => rewrite(all, 'metrics.jsonl', (t) => t.replace(/^.*/, 'null')),
      'x.zip: metrics.jsonl line 1 is no record',
    ],
    [
      'a reward of 7',
      (all) => rewrite(all, 'rollouts.jsonl', (t) => t.replace(/"accuracy":\d/, '"accuracy":7')),
      'rollouts.jsonl line 1: responses.0.reward.accuracy',
    ],
  ])('%s', async (_, spoil, message) => {
    const all = await files();
    spoil(all);
    const store = memoryStore();
    await expect(openRuns(store).importZip(await zipOf(all), 'x.zip')).rejects.toThrow(message);
    expect(await store.keys()).toEqual([]);
  });

  test('a file that is no zip', async () => {
    const runs = openRuns(memoryStore());
    await expect(runs.importZip(new Blob(['no zip']), 'x.zip')).rejects.toThrow('x.zip: is not a zip');
  });

  test('lines of a step that was never committed are dropped', async () => {
    const all = await files();
    rewrite(
      all,
      'metrics.jsonl',
      (t) => t + t.split('\n')[2].replace('"step":3', '"step":4') + '\n{"step":5,"rew',
    );
    rewrite(all, 'rollouts.jsonl', (t) => t + '{"step":4,"quest');
    const runs = openRuns(memoryStore());
    const { id } = await runs.importZip(await zipOf(all), 'x.zip');
    expect((await runs.load(id)).records).toHaveLength(3);
  });
});
