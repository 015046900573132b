// node --import tsx test/bench/memory.ts: what engine.ts's `memory` asks a fresh process for, as JSON.
import { SMOLVLM_256M } from '../../src/learner/benchSettings.ts';
import { benchMemory } from '../../src/learner/memory.bench.ts';

const bench = await benchMemory('wasm', SMOLVLM_256M);
console.log(JSON.stringify({ ...bench, process: process.resourceUsage().maxRSS * 1024 }));
