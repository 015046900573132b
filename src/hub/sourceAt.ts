import type { CheckpointAddress } from '../checkpoint/address.ts';
import { httpSource, type CheckpointSource } from '../checkpoint/source.ts';
import { opfsStore } from './opfsStore.ts';
import { StoredCheckpoints } from './storedCheckpoints.ts';

/** In a browser. @throws Error when it should be stored and is not. */
export async function sourceAt({ name, baseUrl, id }: CheckpointAddress): Promise<CheckpointSource> {
  if (baseUrl !== null) return httpSource(name, baseUrl);
  return { ...(await new StoredCheckpoints(opfsStore()).source(id)), name };
}
