import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EMBEDDED, folderSource } from '../../src/node/checkpointFolder.ts';
import type { Policy, PromptImage, SamplingSettings } from '../../src/policy/policy.ts';
import { createPolicy } from '../../src/policy/vlmPolicy.ts';

/** tools/checkpoint/golden.py --checkpoint */
interface Golden {
  questions: { id: string; prompt: string; image: string; prompt_ids: number[]; ids: number[]; text: string }[];
}

const path = new URL('embedded.json', import.meta.url);
const greedy: SamplingSettings = { temperature: 0, top_p: 1, top_k: 0, max_completion_length: 160, seed: 0 };

let golden: Golden;
let policy: Policy;
beforeAll(async () => {
  if (!existsSync(path)) throw new Error('no embedded.json: run python tools/checkpoint/golden.py --checkpoint public/checkpoint');
  golden = JSON.parse(readFileSync(path, 'utf8')) as Golden;
  policy = await createPolicy(folderSource(EMBEDDED), { device: 'cpu' });
}, 120_000);
afterAll(() => policy?.dispose());

test('the embedded checkpoint answers as Python transformers does', { timeout: 300_000 }, async () => {
  expect(golden.questions).toHaveLength(12);
  for (const { id, prompt, image, prompt_ids, ids, text } of golden.questions) {
    const picture: PromptImage = { bytes: new Uint8Array(Buffer.from(image, 'base64')), mime: 'image/webp' };
    const encoded = await policy.encode(prompt, picture);
    expect([...encoded.ids], id).toEqual(prompt_ids);
    const [answer] = await policy.generate(encoded, 1, greedy);
    expect({ ids: [...answer.ids], text: answer.text }, id).toEqual({ ids, text });
  }
});
