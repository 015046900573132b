/** A checkpoint's place on a hub: huggingface.co, or a mirror with the same layout. */

export const HUB = 'https://huggingface.co';

export interface Repository {
  /** "owner/name". */
  id: string;
  /** A branch, tag or commit. */
  revision: string;
  /** Address of the hub, without a slash at its end. */
  host: string;
}

const ID = /^[A-Za-z0-9][\w.-]{0,95}\/[A-Za-z0-9][\w.-]{0,95}$/;

export function isHubId(text: string): boolean {
  return ID.test(text) && !text.includes('..');
}

/** @param mirror address of another hub; empty: huggingface.co. @throws Error naming the id or the address. */
export function hubRepository(id: string, mirror = '', revision = 'main'): Repository {
  if (!isHubId(id)) throw new Error(`"${id}" is no hub id: give owner/name`);
  const host = mirror.trim().replace(/\/+$/, '') || HUB;
  let url: URL;
  try {
    url = new URL(host);
  } catch {
    throw new Error(`the mirror "${mirror}" is no address: give one like ${HUB}`);
  }
  if (!/^https?:$/.test(url.protocol) || url.search || url.hash)
    throw new Error(`the mirror "${mirror}" is no http address: give one like ${HUB}`);
  return { id, revision, host };
}

/** Where the bytes of a file are. */
export function resolveUrl({ host, id, revision }: Repository, path: string): string {
  return `${host}/${id}/resolve/${encodeURIComponent(revision)}/${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** The hub's list of all files. */
export function treeUrl({ host, id, revision }: Repository): string {
  return `${host}/api/models/${id}/tree/${encodeURIComponent(revision)}?recursive=true`;
}
