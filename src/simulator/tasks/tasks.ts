import { lampOn } from './lampOn.ts';
import { openDrawer } from './openDrawer.ts';
import { phoneOnBase } from './phoneOnBase.ts';
import { pickUpCup } from './pickUpCup.ts';
import { pushButton } from './pushButton.ts';
import { putRubbishInBin } from './putRubbishInBin.ts';
import { reachTarget } from './reachTarget.ts';
import { slideBlockToTarget } from './slideBlockToTarget.ts';
import { stackBlocks } from './stackBlocks.ts';
import { takeLidOffSaucepan } from './takeLidOffSaucepan.ts';
import type { Task } from './task.ts';

/** Those that the paper trains on. */
export const TRAINING_TASKS: readonly Task[] = [
  pushButton,
  pickUpCup,
  putRubbishInBin,
  phoneOnBase,
  takeLidOffSaucepan,
];

export const TASKS: readonly Task[] = [
  ...TRAINING_TASKS,
  reachTarget,
  slideBlockToTarget,
  lampOn,
  openDrawer,
  stackBlocks,
];

/** @throws Error naming the unknown task and those there are. */
export function taskNamed(name: string): Task {
  const task = TASKS.find((t) => t.name === name);
  if (!task) throw new Error(`no task "${name}": use one of ${TASKS.map((t) => t.name).join(', ')}`);
  return task;
}
