/** The page with its sample demonstrations, and what axe finds in their cell. */
import AxeBuilder from '@axe-core/playwright';
import { expect, type Locator, type Page } from '@playwright/test';
import { NotebookPage } from './notebookPage.ts';

export async function opened(page: Page): Promise<{ notebook: NotebookPage; demonstrations: Locator }> {
  const notebook = new NotebookPage(page);
  await notebook.open('?device=wasm');
  const demonstrations = notebook.cell('Demonstrations');
  await expect(demonstrations.getByText('sample.zip: 4 demonstrations')).toBeVisible();
  return { notebook, demonstrations };
}

export async function findings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).include('#demonstrations').analyze();
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
}
