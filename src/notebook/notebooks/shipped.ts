import type { KeptNotebook } from '../document/kept.ts';
import { NOTEBOOK_VERSION } from '../document/notebookMigrations.ts';
import { checkNotebook } from '../document/notebookSchema.ts';
import { parseNotebook } from './notebookText.ts';

const FILES = import.meta.glob<string>('./*.md', { query: '?raw', import: 'default' });

/** A notebook that comes with the page, loaded when asked for. @throws Error when there is none of the name. */
export async function shippedNotebook(slug: string): Promise<Pick<KeptNotebook, 'title' | 'cells'>> {
  const load = Object.hasOwn(FILES, `./${slug}.md`) ? FILES[`./${slug}.md`] : null;
  if (!load) throw new Error(`no notebook called "${slug}" comes with this page: choose one under Notebooks`);
  const { title, cells } = parseNotebook(await load());
  const whole = { version: NOTEBOOK_VERSION, id: slug, title, changed: new Date(0).toISOString(), cells };
  return checkNotebook(whole, `the notebook ${slug}`);
}
