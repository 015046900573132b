// npx tsx test/bench/expert.ts [--task NAME]... [--seeds 200]: how often each task's expert succeeds. Physics only.
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
const tasks = values.task?.map(taskNamed) ?? TASKS;
const mujoco = await loadMujoco();

/** Seeds go through all variations in turn. */
function tried(task: Task): [string, string, string] {
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
  const share = (100 * (seeds - failed.length)) / seeds;
  const remark = failed.length ? `; failed on ${failed.join(', ')}` : '';
  return [task.name, `${share.toFixed(1)} %`, `${median} frames${remark}`];
}

const rows: [string, string, string][] = [];
for (const task of tasks) {
  rows.push(tried(task));
  process.stderr.write(`${rows.at(-1)!.join('  ')}\n`);
}
console.log(formatSection({ title: `the expert over ${seeds} seeds`, rows }));
