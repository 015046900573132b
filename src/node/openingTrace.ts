/**
 * What plays while the page loads: npx tsx src/node/openingTrace.ts
 * The embedded checkpoint answers the three questions of one frame of the sample demonstrations, greedily, on the CPU.
 * Writes src/notebook/opening/trace.json and the frame's picture beside it.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { makeQuestions } from '../questions/generate.ts';
import { DEFAULT_QUESTION_SETTINGS } from '../questions/question.ts';
import { scoreResponse } from '../questions/reward.ts';
import { DEFAULT_GRPO_CONFIG } from '../training/grpoConfig.ts';
import { EMBEDDED } from './checkpointFolder.ts';
import { imagesOf, openDemonstrations } from './openDemonstrations.ts';
import { openPolicy } from './openPolicy.ts';
import { processTerminal } from './terminal.ts';

const SAMPLE = fileURLToPath(new URL('../../public/demos/sample.zip', import.meta.url));
const OPENING = new URL('../notebook/opening/', import.meta.url);

const bundle = await openDemonstrations(SAMPLE);
const policy = await openPolicy(EMBEDDED, { terminal: processTerminal() });
const [{ id }] = bundle.demonstrations;
// The first frames are near the start pose of every demonstration; a later one tells more.
const frame = 5 * DEFAULT_QUESTION_SETTINGS.frame_interval;
const questions = makeQuestions(bundle.demonstrations, DEFAULT_QUESTION_SETTINGS).filter(
  (q) => q.demonstration === id && q.frame === frame,
);
const read = imagesOf(bundle);
const answers = [];
for (const question of questions) {
  const prompt = await policy.encode(question.prompt, await read(question));
  const [{ tokens, text, terminated }] = await policy.generate(prompt, 1, {
    ...DEFAULT_GRPO_CONFIG.sampling,
    temperature: 0,
    seed: 0,
  });
  const { kind, options, answer } = question;
  answers.push({ kind, options, answer, tokens, terminated, reward: scoreResponse(text, answer) });
}
const { bytes, mime } = await read(questions[0]);
const picture = `frame.${mime.split('/')[1]}`;
await writeFile(new URL(picture, OPENING), bytes);
const trace = {
  checkpoint: policy.checkpoint,
  task: questions[0].task,
  demonstration: id,
  frame,
  picture,
  answers,
};
await writeFile(new URL('trace.json', OPENING), `${JSON.stringify(trace, null, 2)}\n`);
await policy.dispose();
