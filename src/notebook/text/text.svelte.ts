import type { CellState } from '../document/cell.ts';

const NEW = 'Text in Markdown, with maths between dollar signs: $A_i = \\frac{r_i - \\mu}{\\sigma}$.';

const LONGEST_SUMMARY = 40;

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

  /** Its first heading or line, the start of a long one. */
  readonly summary = $derived.by(() => {
    const line = this.markdown.split('\n').find((one) => one.trim()) ?? 'empty';
    const words = line.replace(/^#+\s*|[*_`$]/g, '');
    return words.length <= LONGEST_SUMMARY
      ? words
      : `${words.slice(0, LONGEST_SUMMARY).replace(/\s+\S*$/, '')}…`;
  });
}
