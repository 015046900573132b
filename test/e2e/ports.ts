/** With isolation headers, at the root. */
export const ISOLATED_PORT = 4311;
/** A plain host: no headers, and the site in a folder. */
export const PLAIN_PORT = 4312;
