import type { QueryLanguage } from '../language.ts';
import { parseNative } from './parse.ts';
import { printNative } from './print.ts';

/** The native query language, over images. */
export const nativeLanguage: QueryLanguage = {
  id: 'native',
  entity: 'image',
  parse: parseNative,
  print: printNative,
};
