const LARGEST = 2 ** 28;

/**
 * SHA-256 of a file in hexadecimal, to tell later whether demonstrations are the same; null for files over 256 MB,
 * which would have to be in memory whole, and where the page is not served securely.
 */
export async function fingerprint(file: Blob): Promise<string | null> {
  const { subtle } = crypto as { subtle?: SubtleCrypto };
  if (!subtle || file.size > LARGEST) return null;
  return hexadecimal(await subtle.digest('SHA-256', await file.arrayBuffer()));
}

const ROWS_AT_ONCE = 200;

/**
 * SHA-256 of the SHA-256 of every 200 rows' JSON, to tell later whether the same questions are asked; null where the
 * page is not served securely. A few rows at a time, so that no thread is held up.
 */
export async function fingerprintRows(rows: readonly object[]): Promise<string | null> {
  const { subtle } = crypto as { subtle?: SubtleCrypto };
  if (!subtle) return null;
  const digests: ArrayBuffer[] = [];
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    const text = JSON.stringify(rows.slice(at, at + ROWS_AT_ONCE));
    digests.push(await subtle.digest('SHA-256', new TextEncoder().encode(text)));
  }
  return hexadecimal(await subtle.digest('SHA-256', await new Blob(digests).arrayBuffer()));
}

function hexadecimal(buffer: ArrayBuffer): string {
  const digest = new Uint8Array(buffer);
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
