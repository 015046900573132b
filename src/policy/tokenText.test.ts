import { expect, test } from 'vitest';
import { TokenText } from './tokenText.ts';

/** One token a byte, so that other characters than ASCII spread over several tokens. */
const decode = (ids: number[]) => new TextDecoder().decode(Uint8Array.from(ids));

function pieces(bytes: number[]): string[] {
  const text = new TokenText(decode);
  const out = bytes.map((id) => text.push(id));
  out[out.length - 1] += text.flush();
  return out;
}

test('a character comes with its last byte', () => {
  expect(pieces([...new TextEncoder().encode('aé€🤖b')])).toEqual([
    'a',
    '',
    'é',
    '',
    '',
    '€',
    '',
    '',
    '',
    '🤖',
    'b',
  ]);
});

test('an unfinished character shows as a replacement at the end', () => {
  expect(pieces([...new TextEncoder().encode('a€')].slice(0, 3)).join('')).toBe('a\ufffd');
});

test('a token without text, such as the end token, is empty', () => {
  const text = new TokenText((ids) => decode(ids.filter((id) => id !== 0)));
  expect([97, 0, 98].map((id) => text.push(id))).toEqual(['a', '', 'b']);
});
