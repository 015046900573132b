/** Puts the tiny checkpoint into the policy's worker; policy.spec.ts calls `tryPolicy` from outside. */
import { proxy, wrap } from 'comlink';
import { ALL_Q4 } from '../../src/checkpoint/parts.ts';
import { readPeft } from '../../src/checkpoint/peft.ts';
import type { EncodedImage } from '../../src/demos/demonstration.ts';
import type { PolicyService } from '../../src/policy/policyService.ts';

const root = new URL('../', location.href).href;
const sampled = { temperature: 1, top_p: 1, top_k: 0, max_completion_length: 12, seed: 3 };

export async function tryPolicy(device: 'webgpu' | 'wasm', prompt: string) {
  const worker = new Worker(new URL('../../workers/policy.ts', import.meta.url), { type: 'module' });
  const service = wrap<PolicyService>(worker);
  let call = 0;
  const baseUrl = `${root}fixtures/tiny-smolvlm/`;
  await service.load(++call, { name: 'tiny', id: 'tiny', baseUrl, dtypes: ALL_Q4, device });
  const image: EncodedImage = { bytes: await bytes('golden/picture.png'), mime: 'image/png' };
  const encoded = await service.encode(++call, prompt, image);
  const generate = (settings: Partial<typeof sampled>, count = 1, onTokens = () => {}) =>
    service.generate(++call, encoded, count, { ...sampled, ...settings }, proxy(onTokens));
  const greedyIds = async () => {
    const [completion] = await generate({ temperature: 0, max_completion_length: 24 });
    return [...completion.ids];
  };

  const greedy = await greedyIds();
  await service.setAdapter(++call, await goldenAdapter());
  const greedyWithAdapter = await greedyIds();
  await service.setAdapter(++call, null);
  const greedyWithout = await greedyIds();

  const [first] = await generate({}, 4);
  const [alone] = await generate({});
  const differences = [...alone.logprobs].map((x, i) => Math.abs(x - first.logprobs[i]));

  let stepsUntilCancelled = 0;
  const cancelAtThird = () => void (++stepsUntilCancelled === 3 && service.cancel(call));
  const cancelled = await generate({ temperature: 0, max_completion_length: 400 }, 4, cancelAtThird).then(
    () => 'not cancelled',
    (error: Error) => error.name,
  );
  worker.terminate();
  const groupDifference = Math.max(...differences);
  return {
    ids: [...encoded.ids],
    greedy,
    greedyWithAdapter,
    greedyWithout,
    groupDifference,
    cancelled,
    stepsUntilCancelled,
  };
}

async function goldenAdapter() {
  return readPeft({
    'adapter_config.json': new TextDecoder().decode(await bytes('golden/adapter/adapter_config.json')),
    'adapter_model.safetensors': await bytes('golden/adapter/adapter_model.safetensors'),
  });
}

async function bytes(path: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(root + path)).arrayBuffer());
}

Object.assign(globalThis, { tryPolicy });
