// node --import tsx test/bench/scaleOnce.ts MODEL BUNDLE: what scale.ts asks a fresh process for, as JSON.
import { measureScale } from './measureScale.ts';

const [model, bundle] = process.argv.slice(2);
console.log(JSON.stringify(await measureScale(model, bundle)));
process.exit(0);
