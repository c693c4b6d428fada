const VARIABLE = /\$STOWAGE_(?:ID|SECRET|PROJECT)\b/;

/**
 * A text as one word of a POSIX shell, whatever signs it has. The variables that stand for a credential that is not
 * known (`$STOWAGE_ID`, `$STOWAGE_SECRET`, `$STOWAGE_PROJECT`) stay variables.
 */
export function shellWord(text: string): string {
  if (!VARIABLE.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  return `"${text.replace(/[\\"`]|\$(?!STOWAGE_(?:ID|SECRET|PROJECT)\b)/g, '\\$&')}"`;
}
