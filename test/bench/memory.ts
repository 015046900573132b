// node --import tsx test/bench/memory.ts: what engine.ts's `memory` asks a fresh process for, as JSON.
import { benchMemory } from '../../src/learner/learner.bench.ts';

console.log(JSON.stringify(await benchMemory()));
