/** Hashes of a file as it comes in: WebCrypto can only hash what is whole in memory. */
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { ListedFile } from './fileList.ts';

export interface Digest {
  update(bytes: Uint8Array): void;
  /** Why the bytes are not the file's, or null. Once only. */
  mismatch(): string | null;
}

export function digestFor({ sha256: expected, gitOid, size }: ListedFile): Digest {
  if (expected) return compared(sha256.create(), expected, 'SHA-256');
  if (gitOid) {
    const hash = sha1.create();
    hash.update(new TextEncoder().encode(`blob ${size}\0`));
    return compared(hash, gitOid, 'git hash');
  }
  return { update: () => undefined, mismatch: () => null };
}

interface Hash {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

function compared(hash: Hash, expected: string, name: string): Digest {
  return {
    update: (bytes) => void hash.update(bytes),
    mismatch() {
      const found = bytesToHex(hash.digest());
      return found === expected
        ? null
        : `its ${name} is ${found.slice(0, 12)}.., not ${expected.slice(0, 12)}..`;
    },
  };
}
