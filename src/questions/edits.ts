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
  // Two ways to write one position are one option.
  const said = options.map((text) => readPosition(text)?.join() ?? text);
  for (const [i, text] of options.entries()) {
    const letter = OPTION_LETTERS[i];
    const first = said.indexOf(said[i]);
    if (first !== i) throw new Error(`option ${letter} is the same as ${OPTION_LETTERS[first]}: ${text}`);
    if (question.points && !readPosition(text))
      throw new Error(`option ${letter} "${text}" is no position: write [x, y, z] in metres`);
    if (!question.points && !readMovement(text, question.viewpoint))
      throw new Error(
        `option ${letter} "${text}" is no movement: write e.g. "move up" or "move left and slightly move down"`,
      );
    if (lineAt(question.prompt, i, question.options[i]) < 0)
      throw new Error(`option ${letter} has no line of its own in the prompt: change it in the file`);
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
  const prompt = options.reduce((text, option, i) => {
    const at = lineAt(text, i, question.options[i]);
    return at < 0 ? text : text.slice(0, at) + option + text.slice(at + question.options[i].length);
  }, question.prompt);
  return { ...question, options, points: points ?? null, answer, prompt };
}

/** Where in a prompt an option begins that fills the line behind its letter; -1 where none does. */
function lineAt(prompt: string, i: number, option: string): number {
  const start = `\n[[${OPTION_LETTERS[i]}]] `;
  const at = `${prompt}\n`.indexOf(`${start}${option}\n`);
  return at < 0 ? at : at + start.length;
}
