/** Which ONNX files lie at an address that gives no list. */
import { MODEL_PARTS, onnxPath } from '../checkpoint/parts.ts';
import { REQUIRED } from './neededFiles.ts';
import { PRECISIONS } from './precision.ts';

/**
 * The small files are taken to be there: whoever reads them says what is missing.
 * @param base with a slash at its end. @throws Error naming the address; AbortError.
 */
export async function filesAt(base: string, signal?: AbortSignal): Promise<{ path: string }[]> {
  const candidates = MODEL_PARTS.flatMap((part) => PRECISIONS.map((dtype) => onnxPath(part, dtype)));
  const there = await Promise.all(candidates.map((path) => exists(base + path, signal)));
  const found = candidates.filter((_, i) => there[i]);
  if (found.length === 0)
    throw new Error(
      `${base} shows no ONNX file in onnx/ to a HEAD request: give the folder with config.json`,
    );
  return [...REQUIRED, ...found].map((path) => ({ path }));
}

async function exists(url: string, signal?: AbortSignal): Promise<boolean> {
  const response = await fetch(url, { method: 'HEAD', signal }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw new Error(`cannot reach ${url}: ${String(error)}`);
  });
  // A static server with a fallback page answers 200 with HTML where a file is missing.
  return response.ok && !response.headers.get('content-type')?.startsWith('text/html');
}
