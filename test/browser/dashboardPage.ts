/** A dashboard of a long run that goes on growing, and what every step costs the page. */
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

interface Growth {
  /** Milliseconds that each further step takes before anything is drawn. */
  taken: number[];
  /** Tasks of more than 50 ms while the steps came in, after the first curves were drawn. */
  longTasks: number[];
}

/** A step every 100 ms. */
async function grow(from: number, more: number, overlays: number): Promise<Growth> {
  const dashboard = new Dashboard();
  dashboard.overlays = new Map(
    Array.from({ length: overlays }, (_, i) => [`${i}`, run(`overlay ${i}`, from)] as const),
  );
  const shown = growing(run('this', from));
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
  const longTasks: number[] = [];
  const observer = new PerformanceObserver((list) =>
    longTasks.push(...list.getEntries().map(({ duration }) => duration)),
  );
  observer.observe({ type: 'longtask' });
  const taken: number[] = [];
  for (let i = 1; i <= more; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const began = performance.now();
    flushSync(() => (shown.run = { ...shown.run, steps: [...shown.run.steps, step(from + i)] }));
    taken.push(performance.now() - began);
  }
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return { taken, longTasks };
}

declare global {
  var growDashboard: typeof grow;
}

globalThis.growDashboard = grow;
