import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { shellWord } from './shell.ts';

function said(word: string, env: Record<string, string> = {}): string {
  return execFileSync('sh', ['-c', `printf %s ${word}`], { env, encoding: 'utf8' });
}

test.each(['plain', '', `all 'of' "these" $HOME \`id\` \\ ! * ~`, 'two\nlines'])(
  '%j is one word as it stands',
  (text) => {
    expect(said(shellWord(text))).toBe(text);
  },
);

test('a variable for a credential stays one, other signs beside it do not', () => {
  const word = shellWord('{"name":"$STOWAGE_ID","is":"$HOME`id`\\"}');
  expect(said(word, { STOWAGE_ID: 'me', HOME: '/x' })).toBe('{"name":"me","is":"$HOME`id`\\"}');
});
