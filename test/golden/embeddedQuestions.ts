/** Prints twelve questions with their pictures for tools/checkpoint/golden.py: tsx embeddedQuestions.ts [BUNDLE] */
import { imagesOf, DEFAULT_BUNDLE, openDemonstrations } from '../../src/node/openDemonstrations.ts';
import { makeQuestions } from '../../src/questions/generate.ts';
import { findPreset } from '../../src/questions/presets.ts';
import { KINDS } from '../../src/questions/question.ts';

const A_KIND = 4;

const bundle = await openDemonstrations(process.argv[2] ?? DEFAULT_BUNDLE);
const questions = makeQuestions(bundle.demonstrations, findPreset('random').settings);
const imageOf = imagesOf(bundle);
const chosen = KINDS.flatMap((kind) => {
  const some = questions.filter((question) => question.kind === kind);
  return Array.from({ length: A_KIND }, (_, i) => some[Math.floor(((i + 0.5) * some.length) / A_KIND)]);
});
const rows = await Promise.all(
  chosen.map(async (question) => {
    const { bytes } = await imageOf(question);
    return { id: question.id, prompt: question.prompt, image: Buffer.from(bytes).toString('base64') };
  }),
);
process.stdout.write(JSON.stringify(rows));
