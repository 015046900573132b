import type { RunCurves } from '../../src/runs/curves.ts';

/** A run that may be replaced by a longer one. */
export function growing(first: RunCurves): { run: RunCurves } {
  let run = $state.raw(first);
  return {
    get run() {
      return run;
    },
    set run(next) {
      run = next;
    },
  };
}
