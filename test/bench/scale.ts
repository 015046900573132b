/** A checkpoint of true size on the CPU, in a process of its own: minutes of work. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ScaleMeasures } from './measureScale.ts';
import type { Section } from './table.ts';

const BUNDLE = fileURLToPath(new URL('../../public/demos/tabletop.zip', import.meta.url));

export const HOW_TO_MAKE =
  'skipped: make a folder with "python tools/checkpoint/scale.py 256M DIR", then --only scale --folder DIR';

/** @param model a folder, with :PRECISION or without; undefined: nothing is measured, and the section says so. */
export async function scale(model: string | undefined): Promise<Section> {
  const title = 'A checkpoint of true size on the CPU, as robot-r1 train opens it';
  if (!model) return { title, rows: [['no --folder', '', HOW_TO_MAKE]] };
  const program = fileURLToPath(new URL('scaleOnce.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', program, model, BUNDLE]);
  return { title: `${title}: ${model}`, rows: scaleRows(JSON.parse(stdout) as ScaleMeasures) };
}

export function scaleRows(run: ScaleMeasures): Section['rows'] {
  const { hidden_size, num_hidden_layers, vocab_size } = run.parameters;
  const off = Math.abs(run.estimated / run.measured - 1);
  return [
    [
      'loaded',
      seconds(run.loadSeconds),
      `policy and learner; ${num_hidden_layers} layers x ${hidden_size}, ${vocab_size} tokens`,
    ],
    ['a question read', seconds(run.encodeSeconds), `picture and prompt, ${run.promptTokens} tokens`],
    [
      'four responses of 64 as one group',
      `${run.group.toFixed(1)} tokens/s`,
      `${(run.group / run.single).toFixed(1)} times as fast as one by one`,
    ],
    ['one by one', `${run.single.toFixed(1)} tokens/s`, ''],
    [
      'an update on the group',
      seconds(run.updateSeconds),
      `tfjs-wasm, one thread, rank 8 on q_proj and v_proj, norm of the gradient ${run.gradNorm.toPrecision(3)}`,
    ],
    ["the learner's tensors at most", gigabytes(run.measured), ''],
    [
      'by the formula',
      gigabytes(run.estimated),
      `${(100 * off).toFixed(0)} % off; ${off <= 0.15 ? '' : 'NOT within the '}15 % allowed`,
    ],
    ['the whole process when loaded', gigabytes(run.loadedProcess), ''],
    ['the whole process at most', gigabytes(run.process), 'with both models on the host'],
  ];
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
