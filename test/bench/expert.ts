// npx tsx test/bench/expert.ts [--task NAME]... [--seeds 200]: how often each task's expert succeeds. Physics only.
// Ends with 1 when any task's is under 98 %.
import loadMujoco from '@mujoco/mujoco';
import { parseArgs } from 'node:util';
import { runEpisode } from '../../src/simulator/episode.ts';
import { sceneOf } from '../../src/simulator/scene.ts';
import { TASKS, taskNamed } from '../../src/simulator/tasks/tasks.ts';
import type { Task } from '../../src/simulator/tasks/task.ts';
import { World } from '../../src/simulator/world.ts';
import { formatSection } from './table.ts';

const { values } = parseArgs({
  options: { task: { type: 'string', multiple: true }, seeds: { type: 'string', default: '200' } },
});
const seeds = Number(values.seeds);
if (!Number.isInteger(seeds) || seeds < 1) throw new Error(`--seeds ${values.seeds} is not 1 or more`);
/** Of the seeds: what a task's expert must do to be one that is learnt from. */
const LEAST_SHARE = 0.98;
const tasks = values.task?.map(taskNamed) ?? TASKS;
const mujoco = await loadMujoco();

/** Seeds go through all variations in turn. */
function tried(task: Task): { share: number; row: [string, string, string] } {
  const world = new World(mujoco, sceneOf(task));
  const lengths: number[] = [];
  const failed: string[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    try {
      const { success, demonstration } = runEpisode(world, task, seed, seed % task.variations);
      lengths.push(demonstration.length);
      if (!success) failed.push(String(seed));
    } catch (error) {
      failed.push(`${seed} (${(error as Error).message})`);
    }
  }
  world.delete();
  const median = lengths.sort((a, b) => a - b)[lengths.length >> 1];
  const share = (seeds - failed.length) / seeds;
  const remark = failed.length ? `; failed on ${failed.join(', ')}` : '';
  return { share, row: [task.name, `${(100 * share).toFixed(1)} %`, `${median} frames${remark}`] };
}

const results = tasks.map((task) => {
  const result = tried(task);
  process.stderr.write(`${result.row.join('  ')}\n`);
  return result;
});
console.log(formatSection({ title: `the expert over ${seeds} seeds`, rows: results.map(({ row }) => row) }));
const under = results.filter(({ share }) => share < LEAST_SHARE).map(({ row: [name] }) => name);
if (under.length) {
  process.stderr.write(
    `under ${100 * LEAST_SHARE} %: ${under.join(', ')}: see which seeds failed, and what the expert does there\n`,
  );
  process.exitCode = 1;
}
