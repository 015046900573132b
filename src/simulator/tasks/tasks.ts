import { pickUpCup } from './pickUpCup.ts';
import { pushButton } from './pushButton.ts';
import type { Task } from './task.ts';

export const TASKS: readonly Task[] = [pushButton, pickUpCup];

/** @throws Error naming the unknown task and those there are. */
export function taskNamed(name: string): Task {
  const task = TASKS.find((t) => t.name === name);
  if (!task) throw new Error(`no task "${name}": use ${TASKS.map((t) => t.name).join(' or ')}`);
  return task;
}
