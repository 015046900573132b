/** How strongly a token is coloured, from 0 to 1. */
/** What a trace shows by colour. */
export type Tint = 'probability' | 'entropy' | 'advantage';

/** Nats at which a token counts as wide open. */
const OPEN = 2;

export interface TokenFacts {
  logprob: number;
  /** Nats; null where it was not recorded. */
  entropy: number | null;
  advantage: number;
}

/** Unlikely, undecided, or pushed hard: the stronger. */
export function tokenTint(tint: Tint, { logprob, entropy, advantage }: TokenFacts): number {
  switch (tint) {
    case 'probability':
      return 1 - Math.exp(logprob);
    case 'entropy':
      return Math.min(1, (entropy ?? 0) / OPEN);
    case 'advantage':
      return Math.min(1, Math.abs(advantage) / OPEN);
  }
}
