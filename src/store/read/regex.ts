import { RE2JS, RE2JSException } from 're2js';
import { invalid } from '../../domain/error.ts';
import type { Capabilities } from '../engine.ts';
import { Lru } from './lru.ts';
import { toAre } from './regex-are.ts';

const translated = new Lru<string, string>(200);

/**
 * What an engine is given for an expression in RE2 syntax: the expression itself where it runs RE2, its translation
 * where it runs PostgreSQL's expressions.
 * @throws StowageError `query.regex` when it is no expression, `query.regex-unsupported` when the engine cannot run it
 */
export function regexParameter(pattern: string, fold: boolean, capabilities: Capabilities, at: string): string {
  const key = `${capabilities.regex}${fold ? 'i' : '-'}${pattern}`;
  const known = translated.get(key);
  if (known !== undefined) return known;
  checkRegex(pattern, at);
  const parameter = capabilities.regex === 'are' ? toAre(pattern, fold, at) : pattern;
  translated.set(key, parameter);
  return parameter;
}

/** @throws StowageError `query.regex` when the text is no expression of RE2 */
function checkRegex(pattern: string, at: string): void {
  try {
    RE2JS.compile(pattern.toWellFormed());
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw invalid('query.regex', `The expression on ${at} is not valid: ${error.message}.`, at);
  }
}
