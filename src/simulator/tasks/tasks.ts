import { phoneOnBase } from './phoneOnBase.ts';
import { pickUpCup } from './pickUpCup.ts';
import { pushButton } from './pushButton.ts';
import { putRubbishInBin } from './putRubbishInBin.ts';
import { takeLidOffSaucepan } from './takeLidOffSaucepan.ts';
import type { Task } from './task.ts';

/** The paper trains on these five. */
export const TASKS: readonly Task[] = [pushButton, pickUpCup, putRubbishInBin, phoneOnBase, takeLidOffSaucepan];

/** @throws Error naming the unknown task and those there are. */
export function taskNamed(name: string): Task {
  const task = TASKS.find((t) => t.name === name);
  if (!task) throw new Error(`no task "${name}": use one of ${TASKS.map((t) => t.name).join(', ')}`);
  return task;
}
