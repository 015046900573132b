const LARGEST = 2 ** 28;

/**
 * SHA-256 of a file in hexadecimal, to tell later whether demonstrations are the same; null for files over 256 MB,
 * which would have to be in memory whole, and where the page is not served securely.
 */
export async function fingerprint(file: Blob): Promise<string | null> {
  const { subtle } = crypto as { subtle?: SubtleCrypto };
  if (!subtle || file.size > LARGEST) return null;
  const digest = new Uint8Array(await subtle.digest('SHA-256', await file.arrayBuffer()));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
