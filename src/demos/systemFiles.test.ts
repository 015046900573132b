import { expect, test } from 'vitest';
import { fixture, given, unzipped, zipped, type Files } from '../../test/fixtures/fixture.ts';
import type { Bundle } from './demonstration.ts';
import { openBundle, openFiles } from './openBundle.ts';
import { isSystemFile } from './systemFiles.ts';

const HIDDEN = new Uint8Array([0, 5, 0x16, 7, 0, 2, 0, 0]);
const FIXTURES = [
  'rlbench_variations.zip',
  'rlbench_all_variations.zip',
  'lerobot_v21.zip',
  'lerobot_v3_shared.zip',
];

/** As Finder zips a folder, and as a Mac copies one to a disk of another system. */
function fromMac(files: Files): Files {
  const all: Files = { '.DS_Store': HIDDEN };
  for (const [path, bytes] of Object.entries(files)) {
    const hidden = path.replace(/[^/]*$/, '._$&');
    Object.assign(all, { [path]: bytes, [hidden]: HIDDEN, [`__MACOSX/${hidden}`]: HIDDEN });
  }
  return all;
}

const told = ({ demonstrations }: Bundle) =>
  demonstrations.map(({ id, length, cameras }) => ({ id, length, cameras }));

test('only what systems leave by themselves is passed over', () => {
  const passed = [
    '__MACOSX/a/._b.png',
    'a/._b.png',
    'a/.DS_Store',
    'Thumbs.db',
    'a/desktop.ini',
    '__MACOSX/x',
  ];
  expect(passed.filter((path) => !isSystemFile(path))).toEqual([]);
  expect(['a/b.png', 'a/DS_Store', '__MACOS/x', 'a_.b'].filter(isSystemFile)).toEqual([]);
});

test.each(FIXTURES)('%s opens with what a Mac leaves beside its files, zipped or not', async (name) => {
  const files = await unzipped(fixture(name));
  const due = told(await openBundle(new Blob([fixture(name)]), name));
  const zip = await zipped(fromMac(files), 6);
  expect(told(await openBundle(new Blob([zip]), name))).toEqual(due);
  expect(told(await openFiles(given(fromMac(files)), name))).toEqual(due);
});

test('one zip in a folder is opened, whatever the system left beside it', async () => {
  const files = given({ 'in/.DS_Store': HIDDEN, 'in/a.zip': fixture('lerobot_v21.zip') });
  expect((await openFiles(files, 'in')).demonstrations).toHaveLength(3);
});

test.each(FIXTURES)('%s opens when Windows parted its folders by backslashes', async (name) => {
  const files = Object.entries(await unzipped(fixture(name)));
  const zip = await zipped(
    Object.fromEntries(files.map(([path, bytes]) => [path.replaceAll('/', '\\'), bytes])),
  );
  expect(told(await openBundle(new Blob([zip]), name))).toEqual(
    told(await openBundle(new Blob([fixture(name)]), name)),
  );
});
