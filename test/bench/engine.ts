/** Benches that run in Node: rollout, learner step, import of a bundle. */
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { benchLinear, benchStep } from '../../src/learner/learner.bench.ts';
import { benchLeak, type MemoryBenchmark } from '../../src/learner/memory.bench.ts';
import { EMBEDDED } from '../../src/node/checkpointFolder.ts';
import { openPolicy } from '../../src/node/openPolicy.ts';
import { processTerminal } from '../../src/node/terminal.ts';
import { openDemonstrations } from '../../src/node/openDemonstrations.ts';
import { countStep, traceSteps, type StepTrace } from '../../src/policy/decodeSteps.bench.ts';
import type { EncodedPrompt, Policy } from '../../src/policy/policy.ts';
import { benchRollout } from '../../src/policy/rollout.bench.ts';
import { makeQuestions } from '../../src/questions/generate.ts';
import { DEFAULT_QUESTION_SETTINGS } from '../../src/questions/question.ts';
import { equal, type Section } from './table.ts';

const BUNDLE = fileURLToPath(new URL('../../public/demos/tabletop.zip', import.meta.url));

/** Eight responses to a real question: as one group, and one after the other. */
export async function rollout(): Promise<Section> {
  const bundle = await openDemonstrations(BUNDLE);
  const question = makeQuestions(bundle.demonstrations.slice(0, 1), DEFAULT_QUESTION_SETTINGS)[0];
  const image = await bundle.frames.read(question.demonstration, question.camera, question.frame);
  const policy = await openPolicy(EMBEDDED, { terminal: processTerminal() });
  const prompt = await policy.encode(question.prompt, image);
  const { group, single, groups } = await benchRollout(policy, prompt);
  const steps = [await fastestSteps(policy, prompt, 1), await fastestSteps(policy, prompt, 8)];
  const count = countStep(policy, prompt.ids.length);
  await policy.dispose();
  return {
    title: 'Rollout: eight responses to one question, ONNX Runtime on CPU',
    rows: [
      [
        'as one group',
        `${group.toFixed(0)} tokens/s`,
        `${times(group / single)} as fast as one by one; 4 asked`,
      ],
      ['eight such groups', `${groups.toFixed(0)} tokens/s`, `${times(groups / single)} as fast`],
      ['one by one', `${single.toFixed(0)} tokens/s`, ''],
      ...steps.map(stepRow),
      [
        'what a step must do',
        `${(count.weightBytes / 1e6).toFixed(1)} MB`,
        `of weights to read whatever the rows, and ${((count.weights + count.attention) / 1e6).toFixed(1)} M multiply-adds a row`,
      ],
    ],
  };
}

/** The fastest of some turns by its whole step. */
async function fastestSteps(policy: Policy, prompt: EncodedPrompt, rows: number): Promise<StepTrace> {
  const sampling = { temperature: 1, top_p: 1, top_k: 0, max_completion_length: 64 };
  const seeds = Array.from({ length: rows === 1 ? 8 : 4 }, (_, i) => i);
  const turns: StepTrace[] = [];
  for (let turn = 0; turn < STEP_TURNS; turn++)
    turns.push(await traceSteps(policy, prompt, rows, seeds, sampling));
  return turns.toSorted((a, b) => stepMilliseconds(a) - stepMilliseconds(b))[0];
}

const STEP_TURNS = 6;

function stepMilliseconds({ times: { prefill: _, ...step } }: StepTrace): number {
  return Object.values(step).reduce((sum, ms) => sum + ms, 0);
}

function stepRow(trace: StepTrace): Section['rows'][number] {
  const { prefill, ...step } = trace.times;
  const parts = Object.entries(step).map(([what, ms]) => `${what} ${ms.toFixed(2)}`);
  return [
    `a step of ${trace.live.toFixed(1)} rows in the mean`,
    `${stepMilliseconds(trace).toFixed(2)} ms`,
    `${parts.join(', ')}; ${trace.steps} steps, prefill ${prefill.toFixed(1)}`,
  ];
}

/** One update on eight responses to one prompt: packed in a row, each with a prompt of its own, and as plain products. */
export async function learner(): Promise<Section> {
  const step = await benchStep('wasm');
  const linear = await benchLinear('wasm');
  const leak = await benchLeak('wasm');
  return {
    title:
      "Learner on tfjs-wasm, one thread: an update, prompt 300, eight responses of 64, the embedded checkpoint's size",
    rows: [
      [
        'packed',
        seconds(step.packedSeconds),
        `${times(step.unpackedSeconds / step.packedSeconds)} as fast as one response a row; 2.5 asked`,
      ],
      ['one response a row', seconds(step.unpackedSeconds), ''],
      [
        'its multiply-adds as plain products',
        seconds(step.productsSeconds),
        `${percent(step.productsSeconds / step.packedSeconds)} of that rate, ${step.packedGflops.toFixed(1)} GFLOPS; 50 % asked`,
      ],
      [
        "gradient of a linear layer, tfjs's own",
        milliseconds(linear.tfjsSeconds),
        `ours ${milliseconds(linear.ownSeconds)}, ${times(linear.tfjsSeconds / linear.ownSeconds)} as fast; 8 asked`,
      ],
      ['tensors after 5 and 100 updates', leak.tensors.join(', '), equal(leak.tensors)],
      ['bytes after 5 and 100 updates', leak.bytes.join(', '), equal(leak.bytes)],
    ],
  };
}

/** An update at SmolVLM-256M's size on wasm, in a process of its own: half a minute of work. */
export async function memory(): Promise<Section> {
  const program = fileURLToPath(new URL('memory.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', program]);
  const { measured, estimated, process: whole } = JSON.parse(stdout) as MemoryBenchmark & { process: number };
  const difference = Math.abs(estimated / measured - 1);
  return {
    title:
      "Learner's memory: SmolVLM-256M's shapes, prompt 400, four responses of 64, rank 8 on q_proj and v_proj, tfjs-wasm",
    rows: [
      ['measured', gigabytes(measured), `${measured < 1.5e9 ? 'under' : 'NOT under'} the 1.5 GB asked`],
      ['by the formula', gigabytes(estimated), `${percent(difference)} off; 15 % allowed`],
      ['the whole process', gigabytes(whole), 'with the weights on the host, Node and what is not freed yet'],
    ],
  };
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
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

function milliseconds(value: number): string {
  return `${(value * 1000).toFixed(1)} ms`;
}

function times(ratio: number): string {
  return `${ratio.toFixed(1)} times`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
