/** The page as a visitor handles it. */
import { expect, type Download, type Locator, type Page } from '@playwright/test';

/** One step of two groups of two short responses, and one held-out question. */
export const LEAST_TRAINING = {
  max_steps: '1',
  num_generations: '2',
  generation_batch_size: '4',
  max_completion_length: '8',
  r: '2',
  eval_questions: '1',
  eval_samples: '1',
  eval_steps: '0',
};

/** Drawings take up their place's new width a frame after it has it. */
export async function nothingOverflows(page: Page, width: number): Promise<void> {
  const taken = () => page.evaluate(() => document.documentElement.scrollWidth);
  await expect.poll(taken, { timeout: 30_000 }).toBeLessThanOrEqual(width);
}

export class NotebookPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  cell(title: string): Locator {
    return this.page.getByRole('region', { name: title, exact: true });
  }

  /** By the menu of a cell. */
  async act(title: string, item: string): Promise<void> {
    await this.cell(title)
      .getByRole('button', { name: `Actions for ${title}`, exact: true })
      .click();
    await this.page.getByRole('menuitem', { name: item, exact: true }).click();
  }

  async open(query = ''): Promise<void> {
    await this.page.goto(`./${query}`);
  }

  /** The small random checkpoint: quick, and it knows nothing. */
  async loadTinyModel(device?: 'WebGPU' | 'WebAssembly', folder = 'tiny/'): Promise<void> {
    const model = this.cell('Model');
    const address = new URL(folder, this.page.url()).href;
    await model.getByText('Another checkpoint or device').click();
    await model.getByLabel('checkpoint', { exact: true }).fill(address);
    if (device) await model.getByLabel('device', { exact: true }).selectOption(device);
    await model.getByRole('button', { name: 'Load', exact: true }).click();
    await expect(model.getByText(address).first()).toBeVisible();
  }

  /** @param settings of a train cell, by their labels */
  async setTraining(train: Locator, settings: Record<string, string>): Promise<void> {
    await train.getByText('More settings, named as in TRL').click();
    for (const [label, value] of Object.entries(settings)) await this.set(train, label, value);
  }

  /** A page with the small random checkpoint on WebAssembly. @returns its train cell, set to train next to nothing */
  async openTraining(changes: Partial<typeof LEAST_TRAINING> = {}, folder = 'tiny/'): Promise<Locator> {
    await this.open('?device=wasm');
    await this.loadTinyModel(undefined, folder);
    const train = this.cell('Train');
    await this.setTraining(train, { ...LEAST_TRAINING, ...changes });
    return train;
  }

  async openBundle(name: string, buffer: Buffer): Promise<void> {
    await this.page
      .getByLabel('Files of demonstrations')
      .setInputFiles({ name, mimeType: 'application/zip', buffer });
  }

  async set(cell: Locator, label: string, value: string): Promise<void> {
    const field = cell.getByLabel(label, { exact: true });
    await field.fill(value);
    await field.press('Tab');
  }

  async download(button: Locator): Promise<Download> {
    const started = this.page.waitForEvent('download', { timeout: 120_000 });
    await button.click();
    return started;
  }
}

/** Local names of a zip's entries, read from its central directory. */
export function zipEntries(zip: Buffer): string[] {
  const names: string[] = [];
  for (let at = zip.indexOf('PK\x01\x02'); at >= 0; at = zip.indexOf('PK\x01\x02', at + 1)) {
    const length = zip.readUInt16LE(at + 28);
    names.push(zip.toString('utf8', at + 46, at + 46 + length));
  }
  return names;
}
