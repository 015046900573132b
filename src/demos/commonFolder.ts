/**
 * The folder in which all of these lie, with its final slash; '' when there is none. What is named without it is named
 * alike however the files were given: a dropped folder's paths begin with its name, those of a command line do not.
 */
export function commonFolder(paths: string[]): string {
  const folders = paths.map((path) => path.split('/').slice(0, -1));
  const [first = []] = folders;
  const apart = first.findIndex((name, i) => folders.some((folder) => folder[i] !== name));
  return first
    .slice(0, apart < 0 ? first.length : apart)
    .map((name) => `${name}/`)
    .join('');
}
