/** What a schema found wrong, for whoever wrote the file. */
import * as v from 'valibot';

/** "cameras.front.width: is missing": the place, and what is wrong there. */
export function issueText(issue: v.BaseIssue<unknown>): string {
  const missing = issue.received === 'undefined';
  return `${v.getDotPath(issue) ?? 'the whole'}: ${missing ? 'is missing' : issue.message}`;
}
