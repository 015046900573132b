/** Numbers as people read them. */
import type { Progress } from './notebook.svelte.ts';

export function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  if (n < 1e6) return `${(n / 1e3).toFixed(0)} KB`;
  if (n < 1e9) return `${(n / 1e6).toFixed(1)} MB`;
  return `${(n / 1e9).toFixed(2)} GB`;
}

export function count(n: number, thing: string, things = `${thing}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? thing : things}`;
}

export function progressWords({ done, total, unit }: Progress): string {
  if (unit === 'bytes') return total ? `${bytes(done)} of ${bytes(total)}` : bytes(done);
  if (total === null) return '';
  return `${Math.floor(done)} of ${total}`;
}

export function seconds(s: number): string {
  if (s < 10) return `${s.toFixed(1)} s`;
  if (s < 90) return `${Math.round(s)} s`;
  if (s < 5400) return `${Math.round(s / 60)} min`;
  return `${(s / 3600).toFixed(1)} h`;
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(share >= 0.0005 && share < 0.0995 ? 1 : 0)} %`;
}

/** "push_button" as "push button". */
export function taskName(task: string): string {
  return task.replaceAll('_', ' ');
}

/** A metric's value in a table: few digits, any size. */
export function metric(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(1);
  return String(Number(value.toPrecision(3)));
}

/** A name that every file system takes. */
export function fileName(name: string): string {
  return name.replace(/[^\w.-]+/g, '-');
}

/** Of a response that did not end by itself. @param masked whether mask_truncated_completions is set */
export function cutWords(masked: boolean): string {
  return masked ? 'cut at the length limit, so left out of the loss' : 'cut at the length limit';
}

/** How the gripper is at a frame. */
export function heldWords(gripperOpen: ArrayLike<number> | null, frame: number): string {
  if (!gripperOpen) return 'opening not recorded';
  return gripperOpen[frame] ? 'open' : 'closed';
}
