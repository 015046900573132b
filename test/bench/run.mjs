// npm run bench: the figures of this machine. npm run bench -- --only paint,rollout runs some of them;
// npm run bench -- --only scale --folder DIR takes a checkpoint of true size, which tools/checkpoint/scale.py makes.
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import util from 'node:util';
import { checkNode, installMissing, isBuildStale } from '../../src/node/prepare.mjs';
import { CHROMIUM_FLAGS, findChromium } from '../chromium.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const SECTIONS = {
  rollout: async () => (await import('./engine.ts')).rollout(),
  learner: async () => (await import('./engine.ts')).learner(),
  memory: async () => (await import('./engine.ts')).memory(),
  webgpu: async () => (await import('./webgpu.ts')).webgpu(await browserSetup()),
  import: async () => (await import('./engine.ts')).importing(),
  scrub: async () => (await import('./scrub.ts')).scrub(await pageSetup()),
  upload: async () => (await import('./upload.ts')).upload(await pageSetup()),
  importers: async () => (await import('./importers.ts')).importers(),
  paint: async () => (await import('./page.ts')).paint(await pageSetup()),
  answer: async () => (await import('./page.ts')).answer(await pageSetup()),
  scale: async ({ folder }) => (await import('./scale.ts')).scale(folder),
};
/** Needs a folder that is not in the repository. */
const ON_DEMAND = ['scale'];

async function main() {
  checkNode();
  const { names, ...given } = chosen();
  await installMissing(ROOT);
  (await import('tsx/esm/api')).register();
  const { formatSection } = await import('./table.ts');
  const [{ model }] = os.cpus();
  console.log(`${model}, ${os.cpus().length} cores, Node ${process.versions.node}`);
  for (const name of names) {
    try {
      console.log('\n' + formatSection(await SECTIONS[name](given)));
    } catch (error) {
      console.log(`\n${name} failed: ${error.message.split('\n')[0]}`);
      process.exitCode = 1;
    }
  }
}

async function browserSetup() {
  return { executablePath: await findChromium(), args: CHROMIUM_FLAGS };
}

async function pageSetup() {
  return { ...(await browserSetup()), stale: isBuildStale(ROOT) };
}

function chosen() {
  const options = { only: { type: 'string', multiple: true }, folder: { type: 'string' } };
  const { only, folder } = util.parseArgs({ options }).values;
  const all = Object.keys(SECTIONS);
  const names =
    only?.flatMap((list) => list.split(',')) ??
    all.filter((name) => folder !== undefined || !ON_DEMAND.includes(name));
  const unknown = names.find((name) => !Object.hasOwn(SECTIONS, name));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: choose from ${all.join(', ')}`);
  return { names, folder };
}

main().catch((error) => {
  console.error(`npm run bench: ${error.message}`);
  process.exitCode = 1;
});
