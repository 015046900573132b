/** A dashboard of a long run that goes on growing. */
import { flushSync, mount } from 'svelte';
import { Dashboard } from '../../src/notebook/dashboard/dashboard.svelte.ts';
import DashboardView from '../../src/notebook/dashboard/DashboardView.svelte';
import '../../src/notebook/theme.css';
import type { CurveStep, RunCurves } from '../../src/runs/curves.ts';
import { growing } from './growing.svelte.ts';

const NAMES = [
  'reward',
  'reward_std',
  'frac_reward_zero_std',
  'rewards/accuracy/mean',
  'rewards/format/mean',
  'completions/mean_length',
  'kl',
  'entropy',
  'clip_ratio/low_mean',
  'clip_ratio/high_mean',
  'grad_norm',
  'perf/max_memory_allocated_gb',
  ...Array.from({ length: 20 }, (_, i) => `other/${i}`),
];

const step = (n: number): CurveStep => ({
  step: n,
  seconds: 1,
  metrics: {
    ...Object.fromEntries(NAMES.map((name, i) => [name, 0.5 + 0.4 * Math.sin(n * (0.01 + i / 7))])),
    num_tokens: 4000 * n,
  },
});
const run = (name: string, count: number): RunCurves => ({
  name,
  created: '2026-11-24T00:00:00.000Z',
  steps: Array.from({ length: count }, (_, i) => step(i + 1)),
  evaluations: [],
});

/** Every 20 ms a step. */
const EVERY = 20;

let shown: { run: RunCurves };

/** The curves of a run of so many steps, and of others of the same length. @returns when they have been drawn. */
async function show(steps: number, overlays: number): Promise<void> {
  const dashboard = new Dashboard();
  dashboard.overlays = new Map(
    Array.from({ length: overlays }, (_, i) => [`${i}`, run(`overlay ${i}`, steps)] as const),
  );
  shown = growing(run('this', steps));
  mount(DashboardView, {
    target: document.getElementById('dashboard')!,
    props: {
      dashboard,
      id: null,
      get run() {
        return shown.run;
      },
    },
  });
  await new Promise((resolve) => setTimeout(resolve, 2000));
}

async function grow(more: number): Promise<void> {
  const from = shown.run.steps.length;
  for (let i = 1; i <= more; i++) {
    await new Promise((resolve) => setTimeout(resolve, EVERY));
    flushSync(() => (shown.run = { ...shown.run, steps: [...shown.run.steps, step(from + i)] }));
  }
}

declare global {
  var showDashboard: typeof show;
  var growDashboard: typeof grow;
}

Object.assign(globalThis, { showDashboard: show, growDashboard: grow });
