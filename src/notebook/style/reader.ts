/** What a reader does to a part as it appears, so that it shows the state that only a reader brings about. */
import { untrack } from 'svelte';
import type { Attachment } from 'svelte/attachments';

type Does = Attachment<HTMLElement>;

const once =
  (act: (root: HTMLElement) => void): Does =>
  (root) =>
    untrack(() => act(root));

function found<T extends Element>(root: HTMLElement, selector: string, name: string): T {
  const named = ({ ariaLabel, textContent }: Element) => (ariaLabel ?? textContent).trim() === name;
  const element = [...root.querySelectorAll<T & HTMLElement>(selector)].find(named);
  if (!element) throw new Error(`there is no ${selector} "${name}"`);
  return element;
}

export const presses = (button: string): Does =>
  once((root) => found<HTMLButtonElement>(root, 'button', button).click());

export const unfolds = (summary: string): Does =>
  once(
    (root) =>
      ((found<HTMLElement>(root, 'summary', summary).parentElement as HTMLDetailsElement).open = true),
  );

/** Into the field with this label. */
export const types = (label: string, text: string): Does =>
  once((root) => {
    const field = document.getElementById(found<HTMLLabelElement>(root, 'label', label).htmlFor);
    (field as HTMLInputElement).value = text;
    for (const event of ['input', 'change']) field!.dispatchEvent(new Event(event, { bubbles: true }));
  });

export const submits: Does = once((root) => root.querySelector('form')!.requestSubmit());
