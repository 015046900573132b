/** How a person would say what each of the paper's five tasks takes, and which part of it a frame belongs to. */
import type { Demonstration } from '../demos/demonstration.ts';

export interface PlanStep {
  /** Of the gripper while it is done. */
  grip: 'open' | 'closed';
  /** A sentence without its full stop. */
  text: string;
}

const step = (grip: PlanStep['grip'], text: string): PlanStep => ({ grip, text });

export const TASK_PLANS: Readonly<Record<string, readonly PlanStep[]>> = {
  pick_up_cup: [
    step('open', 'Bring the open gripper to the cup that is asked for'),
    step('open', 'Put the fingers around its rim and close them'),
    step('closed', 'Lift the cup off the table'),
  ],
  push_button: [
    step('open', 'Bring the gripper over the button and close it'),
    step('closed', 'Go down until the button is pressed in'),
  ],
  put_rubbish_in_bin: [
    step('open', 'Bring the open gripper over the rubbish'),
    step('open', 'Go down around the rubbish and close the fingers'),
    step('closed', 'Lift the rubbish'),
    step('closed', 'Carry it over the bin'),
    step('open', 'Let it fall into the bin'),
  ],
  phone_on_base: [
    step('open', 'Bring the open gripper to the phone'),
    step('open', 'Take the phone between the fingers'),
    step('closed', 'Lift the phone'),
    step('closed', 'Carry it over its base'),
    step('closed', 'Lower it onto the base'),
    step('open', 'Let go and draw back'),
  ],
  take_lid_off_saucepan: [
    step('open', 'Bring the open gripper over the handle of the lid'),
    step('open', 'Go down around the handle and close the fingers'),
    step('closed', 'Raise the lid clear of the saucepan'),
  ],
};

export interface PlanAt {
  steps: string[];
  /** Index of the step under way. */
  now: number;
}

type Moving = Pick<Demonstration, 'task' | 'gripperOpen'>;

/**
 * The plan of a demonstration's task and the step that its frame is in: gripper changes tell which run of steps, the
 * keypoints passed since then which of them. A task without a plan, or a gripper of which that is not known, gets one
 * step a keypoint.
 * @param keypoints ascending, of the whole demonstration.
 */
export function planAt(demo: Moving, frame: number, keypoints: number[]): PlanAt {
  const plan = demo.gripperOpen && TASK_PLANS[demo.task];
  if (!plan) {
    const steps = keypoints.map((k) => genericStep(demo, k));
    const next = keypoints.findIndex((k) => k > frame);
    return { steps, now: next < 0 ? steps.length - 1 : next };
  }
  const runs = runsOf(plan);
  const changes = changesUntil(demo, frame);
  const first = Math.max(
    0,
    runs.findIndex((run) => plan[run[0]].grip === gripAt(demo, 0)),
  );
  const run = runs[Math.min(first + changes.length, runs.length - 1)];
  const passed = keypoints.filter((k) => k > (changes.at(-1) ?? 0) && k <= frame).length;
  return { steps: plan.map(({ text }) => text), now: run[Math.min(passed, run.length - 1)] };
}

/** Indices of steps, a list for each stretch with the gripper in one state. */
function runsOf(plan: readonly PlanStep[]): number[][] {
  const runs: number[][] = [];
  plan.forEach(({ grip }, i) => {
    if (i === 0 || plan[i - 1].grip !== grip) runs.push([]);
    runs.at(-1)!.push(i);
  });
  return runs;
}

/** Null: not known. */
function gripAt({ gripperOpen }: Moving, frame: number): PlanStep['grip'] | null {
  return gripperOpen && (gripperOpen[frame] > 0.5 ? 'open' : 'closed');
}

/** Frames up to this one at which the gripper has changed. */
function changesUntil(demo: Moving, frame: number): number[] {
  const changes: number[] = [];
  for (let i = 1; i <= frame; i++) if (gripAt(demo, i) !== gripAt(demo, i - 1)) changes.push(i);
  return changes;
}

function genericStep(demo: Moving, keypoint: number): string {
  const before = gripAt(demo, Math.max(0, keypoint - 1));
  const now = gripAt(demo, keypoint);
  if (before === now) return 'Bring the gripper to the next position';
  return now === 'closed' ? 'Bring the gripper there and close it' : 'Bring the gripper there and open it';
}
