import { expect, test } from 'vitest';
import { makeQuestions } from '../questions/generate.ts';
import { DEFAULT_QUESTION_SETTINGS as settings } from '../questions/question.ts';
import { makeSftExamples } from '../questions/sft.ts';
import { reach } from '../questions/testing/reach.ts';
import { supervisedExamples } from './supervised.ts';

const demonstrations = [reach('trained'), reach('held out')];
const questions = makeQuestions(demonstrations.slice(0, 1), settings);
const source = { questions, demonstrations, settings };
const sft = { per_device_train_batch_size: 1 };

test('reasoned and answer rows answer the questions themselves', () => {
  for (const response of ['reasoned', 'answer'] as const) {
    const rows = supervisedExamples(source, { ...sft, response });
    expect(rows.map(({ question }) => question)).toEqual(questions);
    expect(rows[0].response).toContain(`<answer>[[${questions[0].answer}]]</answer>`);
  }
});

test.each(['direct', 'cot'] as const)(
  '%s rows are the paper’s, of the trained demonstrations alone',
  (form) => {
    const rows = supervisedExamples(source, { ...sft, response: form });
    expect(rows.map(({ question: { prompt }, response }) => [prompt, response])).toEqual(
      makeSftExamples([demonstrations[0]], settings, form).map(({ prompt, response }) => [prompt, response]),
    );
    expect(new Set(rows.map(({ question }) => question.demonstration))).toEqual(
      new Set([demonstrations[0].id]),
    );
    expect(rows[0].response).toMatch(
      form === 'direct' ? /^\[.*\]$/ : /^Plan: .*\nSubtask: .*\n(.*\n)*Answer: \[.*\]$/,
    );
  },
);

test('the paper’s rows of questions whose demonstrations are not open say what to do', () => {
  expect(() => supervisedExamples({ ...source, demonstrations: [] }, { ...sft, response: 'direct' })).toThrow(
    'response direct is made of the demonstrations, and those of the questions are not open: open them',
  );
});
