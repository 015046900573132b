/** Why a file that was given could not be taken as demonstrations. */
export class BundleError extends Error {
  override name = 'BundleError';
  constructor(
    /** The file at fault: the one opened, or a path inside it. */
    readonly file: string,
    /** One line that follows the file's name: what is wrong and what to do. */
    readonly reason: string,
  ) {
    super(`${file}: ${reason}`);
  }
}
