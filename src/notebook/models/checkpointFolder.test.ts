import { expect, test } from 'vitest';
import { checkpointFiles } from './checkpointFolder.ts';
import { modelName, splitModelName } from './modelName.ts';

const given = (...paths: string[]) => paths.map((path) => ({ path, blob: new Blob([path]) }));

test('paths are those below the folder with config.json', () => {
  const files = checkpointFiles(
    given('mine/config.json', 'mine/onnx/a.onnx', 'readme.txt', 'mine/.git/../x'),
  );
  expect(files.map(({ path }) => path)).toEqual(['config.json', 'onnx/a.onnx']);
  expect(() => checkpointFiles(given('mine/onnx/a.onnx'))).toThrow(/has no config\.json/);
  expect(() => checkpointFiles(given('a/config.json', 'b/config.json'))).toThrow(/holds 2 checkpoints/);
});

test('a name carries its precision', () => {
  expect(splitModelName(modelName('owner/name', 'q4f16'))).toEqual({ id: 'owner/name', precision: 'q4f16' });
  expect(splitModelName('owner/name')).toEqual({ id: 'owner/name', precision: null });
  expect(() => splitModelName('owner/name:q5')).toThrow('":q5" is no precision');
});
