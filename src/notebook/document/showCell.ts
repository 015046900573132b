import { tick } from 'svelte';

/** Brings a cell into view, once it is drawn. */
export async function showCell(id: string): Promise<void> {
  await tick();
  document.getElementById(id)?.scrollIntoView();
}

/** And gives its first control the focus. */
export async function focusCell(id: string): Promise<void> {
  await showCell(id);
  document.querySelector<HTMLElement>(`#${CSS.escape(id)} [aria-haspopup]`)?.focus({ preventScroll: true });
}
