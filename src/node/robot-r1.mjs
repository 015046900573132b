#!/usr/bin/env node
// The command line, run from TypeScript source.
import { register } from 'tsx/esm/api';

register();
const { main } = await import('./cli.ts');
await main(process.argv.slice(2));
