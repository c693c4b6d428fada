/**
 * The runs of text between the `%` of a LIKE pattern, escapes taken out.
 * @returns undefined when it has a `_`, which stands for one character
 */
export function runsOfLike(pattern: string): readonly string[] | undefined {
  const runs = [''];
  for (let at = 0; at < pattern.length; at += 1) {
    let letter = pattern[at]!;
    if (letter === '_') return undefined;
    if (letter === '%') {
      runs.push('');
      continue;
    }
    if (letter === '\\') {
      at += 1;
      letter = pattern[at] ?? '\\';
    }
    runs[runs.length - 1] += letter;
  }
  return runs;
}
