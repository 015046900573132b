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
  const address = {
    name: 'tiny',
    id: 'tiny',
    baseUrl,
    dtypes: ALL_Q4,
    askOnly: null,
    policy: 'own',
    device,
  } as const;
  await service.load(++call, address);
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

const FP32 = { embed_tokens: 'fp32', vision_encoder: 'fp32', decoder_model_merged: 'fp32' } as const;

/** A tiny model that transformers.js runs. @param type of its fixture; @param png base64. */
export async function tryAskOnly(device: 'webgpu' | 'wasm', type: string, prompt: string, png: string) {
  const worker = new Worker(new URL('../../workers/policy.ts', import.meta.url), { type: 'module' });
  const service = wrap<PolicyService>(worker);
  const baseUrl = `${root}fixtures/tiny-${type}/`;
  const address = {
    name: type,
    id: type,
    baseUrl,
    dtypes: FP32,
    askOnly: 'a test',
    policy: 'transformers',
    device,
  } as const;
  const told: [loaded: number, total: number | null][] = [];
  await service.load(
    1,
    address,
    proxy((loaded: number, total: number | null) => void told.push([loaded, total])),
  );
  const image: EncodedImage = {
    bytes: Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0)),
    mime: 'image/png',
  };
  const encoded = await service.encode(2, prompt, image);
  const settings = { ...sampled, max_completion_length: 24 };
  const [greedy] = await service.generate(3, encoded, 1, { ...settings, temperature: 0 });
  const [, second] = await service.generate(4, encoded, 4, settings);
  const [, again] = await service.generate(5, encoded, 2, settings);
  let steps = 0;
  const cancelAtThird = () => void (++steps === 3 && service.cancel(6));
  const cancelled = await service
    .generate(
      6,
      encoded,
      4,
      { ...settings, temperature: 0, max_completion_length: 400 },
      proxy(cancelAtThird),
    )
    .then(
      () => 'not cancelled',
      (error: Error) => error.name,
    );
  const after = await service.generate(7, encoded, 1, { ...settings, temperature: 0 });
  worker.terminate();
  return {
    ids: [...encoded.ids],
    greedy: [...greedy.ids],
    logprobs: [...greedy.logprobs],
    second: [...second.ids],
    again: [...again.ids],
    cancelled,
    steps,
    after: [...after[0].ids],
    loaded: told.at(-1),
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

Object.assign(globalThis, { tryPolicy, tryAskOnly });
