/** One import in a process of its own: prints what was read, milliseconds and bytes of memory at the most, as JSON. */
import { openDemonstrations } from '../../src/node/openDemonstrations.ts';

const [path] = process.argv.slice(2);
const start = performance.now();
let [demonstrations, frames, pictures] = [0, 0, 0];
if (path) {
  const bundle = await openDemonstrations(path);
  for (const demo of bundle.demonstrations) {
    demonstrations++;
    frames += demo.length;
    for (const camera of Object.keys(demo.cameras)) {
      await bundle.frames.read(demo.id, camera, demo.length - 1);
      pictures++;
    }
  }
  bundle.close?.();
}
const milliseconds = performance.now() - start;
const bytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ demonstrations, frames, pictures, milliseconds, bytes }));
