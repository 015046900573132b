/** What the page and its service worker tell each other. */
import type { Part } from './site.ts';

/** To the worker. All but "take over" are answered by what was told last, on the port that comes along. */
export type Order = 'take over' | 'say what is absent' | { keep: Part['name'] };

/** To the pages, whenever it changes. */
export interface Told {
  /** Parts that are not kept yet. */
  absent: Pick<Part, 'name' | 'unasked'>[];
}
