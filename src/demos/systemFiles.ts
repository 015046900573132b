/** What macOS and Windows leave beside the files of a folder, and put into the zips that they make of it. */
const SYSTEM_FILE = /(^|\/)(__MACOSX\/|\._|\.DS_Store$|Thumbs\.db$|desktop\.ini$)/i;

/** @param path with folders parted by "/" */
export function isSystemFile(path: string): boolean {
  return SYSTEM_FILE.test(path);
}
