/** Benches that run in Node: rollout, learner step, import of a bundle. */
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { benchStep } from '../../src/learner/learner.bench.ts';
import { EMBEDDED } from '../../src/node/checkpointFolder.ts';
import { openPolicy } from '../../src/node/openPolicy.ts';
import { processTerminal } from '../../src/node/terminal.ts';
import { openDemonstrations } from '../../src/node/openDemonstrations.ts';
import { benchRollout } from '../../src/policy/rollout.bench.ts';
import { makeQuestions } from '../../src/questions/generate.ts';
import { DEFAULT_QUESTION_SETTINGS } from '../../src/questions/question.ts';
import type { Section } from './table.ts';

const BUNDLE = fileURLToPath(new URL('../../public/demos/tabletop.zip', import.meta.url));

/** Eight responses to a real question: as one group, and one after the other. */
export async function rollout(): Promise<Section> {
  const bundle = await openDemonstrations(BUNDLE);
  const question = makeQuestions(bundle.demonstrations.slice(0, 1), DEFAULT_QUESTION_SETTINGS)[0];
  const image = await bundle.frames.read(question.demonstration, question.camera, question.frame);
  const policy = await openPolicy(EMBEDDED, { terminal: processTerminal() });
  const { group, single } = await benchRollout(policy, await policy.encode(question.prompt, image));
  await policy.dispose();
  return {
    title: 'Rollout: eight responses to one question, ONNX Runtime on CPU',
    rows: [
      ['as one group', `${group.toFixed(0)} tokens/s`, `${(group / single).toFixed(1)} times as fast`],
      ['one by one', `${single.toFixed(0)} tokens/s`, ''],
    ],
  };
}

/** One update on eight responses to one prompt: packed in a row, and each with a prompt of its own. */
export async function learner(): Promise<Section> {
  const step = await benchStep('wasm');
  return {
    title: 'Learner: one update on eight responses to one prompt, tfjs on WebAssembly, one thread',
    rows: [
      [
        'packed',
        seconds(step.packedSeconds),
        `${(step.unpackedSeconds / step.packedSeconds).toFixed(1)} times as fast`,
      ],
      ['one response a row', seconds(step.unpackedSeconds), ''],
      [
        'rate when packed',
        `${step.packedGflops.toFixed(1)} GFLOPS`,
        `a plain product: ${step.rawGflops.toFixed(1)}`,
      ],
    ],
  };
}

/** Opening the zip with all states, then every picture of one demonstration. */
export async function importing(): Promise<Section> {
  const start = performance.now();
  const bundle = await openDemonstrations(BUNDLE);
  const opened = performance.now();
  const [demo] = bundle.demonstrations;
  for (let frame = 0; frame < demo.length; frame++) await bundle.frames.read(demo.id, 'front', frame);
  const read = performance.now();
  const { size } = await stat(BUNDLE);
  const count = bundle.demonstrations.length;
  return {
    title: `Import: tabletop.zip, ${(size / 1e6).toFixed(1)} MB, ${count} demonstrations`,
    rows: [
      ['opened', seconds((opened - start) / 1000), `${(size / 1e3 / (opened - start)).toFixed(0)} MB/s`],
      ['a picture', `${((read - opened) / demo.length).toFixed(1)} ms`, `mean of ${demo.length}`],
    ],
  };
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}
