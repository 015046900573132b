/** Questions changed by hand: kept beside the generated ones, by id, so that each can be taken back. */
import type { Vec3 } from '../demos/demonstration.ts';
import { readMovement } from './movement.ts';
import { readPosition } from './openEnded.ts';
import { OPTION_LETTERS, type OptionLetter, type Question } from './question.ts';

export type Edit =
  | {
      dropped: true;
      /** As of a change; runs of earlier versions lack it: then whatever question has the id is dropped. */
      of?: string;
    }
  | {
      dropped: false;
      /** The prompt it was made on: of other settings' questions an edit knows nothing. */
      of: string;
      /** As many as the question has. */
      options: string[];
      answer: OptionLetter;
    };

export type Edits = ReadonlyMap<string, Edit>;

/** The questions as edited, without those dropped. @throws never: edits are checked when they are made. */
export function applyEdits(questions: readonly Question[], edits: Edits): Question[] {
  return questions.flatMap((question) => {
    const edit = edits.get(question.id);
    if (!edit || (edit.of !== undefined && edit.of !== question.prompt)) return [question];
    return edit.dropped ? [] : [edited(question, edit)];
  });
}

/**
 * @param options as they shall be printed: "[x, y, z]" in metres, or a movement as describeMovement says it.
 * @throws Error naming the option at fault and what is due.
 */
export function editQuestion(question: Question, options: string[], answer: OptionLetter): Question {
  if (options.length !== question.options.length)
    throw new Error(`${options.length} options where the question has ${question.options.length}`);
  if (!OPTION_LETTERS.slice(0, options.length).includes(answer))
    throw new Error(`answer ${answer} is no option: the last is ${OPTION_LETTERS[options.length - 1]}`);
  for (const [i, text] of options.entries()) {
    const letter = OPTION_LETTERS[i];
    if (options.indexOf(text) !== i)
      throw new Error(`option ${letter} is the same as ${OPTION_LETTERS[options.indexOf(text)]}: ${text}`);
    if (question.points && !readPosition(text))
      throw new Error(`option ${letter} "${text}" is no position: write [x, y, z] in metres`);
    if (!question.points && !readMovement(text, question.viewpoint))
      throw new Error(
        `option ${letter} "${text}" is no movement: write e.g. "move up" or "move left and slightly move down"`,
      );
  }
  return edited(question, { options, answer });
}

function edited(
  question: Question,
  { options, answer }: { options: string[]; answer: OptionLetter },
): Question {
  const points = question.points?.map((p, i): Vec3 =>
    options[i] === question.options[i] ? p : readPosition(options[i])!,
  );
  const line = (i: number, text: string) => `\n[[${OPTION_LETTERS[i]}]] ${text}\n`;
  const prompt = options.reduce(
    (text, option, i) => text.replace(line(i, question.options[i]), () => line(i, option)),
    question.prompt,
  );
  return { ...question, options, points: points ?? null, answer, prompt };
}
