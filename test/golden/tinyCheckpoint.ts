/** The tiny SmolVLM and what Python computes with it (tools/checkpoint/golden.py). */
import { readFileSync } from 'node:fs';
import type { GoldenArray } from './goldenArray.ts';

const root = new URL('../', import.meta.url);

export function tinyFile(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`fixtures/tiny-smolvlm/${path}`, root)));
}

export function tinyJson(path: string): unknown {
  return JSON.parse(new TextDecoder().decode(tinyFile(path))) as unknown;
}

export function goldenFile(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`golden/${path}`, root)));
}

export interface GoldenPolicy {
  prompt: string;
  image: string;
  text: string;
  ids: number[];
  pixels: { first: number[]; sum: number; sum_of_squares: number };
  embeds: GoldenArray;
  logits: GoldenArray;
  greedy: { ids: number[]; text: string; adapter: { ids: number[]; text: string } };
  responses: { ids: number[]; logprobs: number[]; adapter_logprobs: number[] }[];
}

export function goldenPolicy(): GoldenPolicy {
  return JSON.parse(new TextDecoder().decode(goldenFile('policy.json'))) as GoldenPolicy;
}

/** What a tiny model that transformers.js runs answers (tools/checkpoint/tiny_vlm.py). */
export interface GoldenAnswer {
  prompt: string;
  /** Base64 of a PNG; null: grey. */
  image: string | null;
  prompt_ids: number[];
  ids: number[];
  logprobs: number[];
}

export function goldenAnswers(of: 'qwen' | 'lfm2' | 'qwen3' | 'fastvlm'): GoldenAnswer[] {
  const json = new TextDecoder().decode(goldenFile(`${of}.json`));
  return (JSON.parse(json) as { answers: GoldenAnswer[] }).answers;
}
