/** What the build tells the service worker of the site; all paths are relative to the page. */

export interface Site {
  /** Tells this build from others. */
  version: string;
  /** Of the first page. */
  page: string[];
  /** In the order in which they are kept. */
  parts: Part[];
}

/** Something that can be used without a network once all its files are kept. */
export interface Part {
  /** As the page calls it. */
  name: string;
  files: string[];
  /** Kept in advance; else only what is used. */
  unasked: boolean;
}
