import type { CellState } from '../document/cell.ts';

const NEW = 'Text in Markdown, with maths between dollar signs: $A_i = \\frac{r_i - \\mu}{\\sigma}$.';

/** Words between the other cells. */
export class TextCell implements CellState {
  markdown = $state('');
  editing = $state(false);

  constructor(settings?: { markdown: string }) {
    this.markdown = settings?.markdown ?? NEW;
    this.editing = !settings;
  }

  get settings(): { markdown: string } {
    return { markdown: this.markdown };
  }

  readonly fresh = true;

  /** Its first heading or line. */
  readonly summary = $derived(
    this.markdown
      .split('\n')
      .find((line) => line.trim())
      ?.replace(/^#+\s*|[*_`$]/g, '')
      .slice(0, 40) ?? 'empty',
  );
}
