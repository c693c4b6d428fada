import type { Command } from 'commander';
import { invalid } from '../../domain/error.ts';
import { CONSOLE } from '../lib/output.ts';

/** `stowage completion bash|zsh|fish`: a script that completes commands and flags, made from the program itself. */
export function completionCommand(program: Command): void {
  program
    .command('completion')
    .description('print a completion script: bash, zsh or fish')
    .argument('<SHELL>')
    .action((shell: string) => {
      const words = commandWords(program);
      if (shell === 'bash') CONSOLE.out(bash(words));
      else if (shell === 'zsh') CONSOLE.out(`autoload -U +X bashcompinit && bashcompinit\n${bash(words)}`);
      else if (shell === 'fish') CONSOLE.out(fish(words));
      else throw invalid('completion.shell', `There is a completion for bash, zsh and fish, not "${shell}".`, 'shell');
    });
}

type Words = ReadonlyMap<string, readonly string[]>;

function commandWords(program: Command): Words {
  const words = new Map<string, readonly string[]>([['', program.commands.map((command) => command.name())]]);
  for (const command of program.commands) {
    const own = [...command.commands, command].flatMap((one) =>
      one.options.map((option) => option.long ?? option.short ?? ''),
    );
    words.set(command.name(), [...new Set([...command.commands.map((sub) => sub.name()), ...own, '--help'])]);
  }
  return words;
}

function bash(words: Words): string {
  const cases = [...words]
    .filter(([name]) => name !== '')
    .map(([name, list]) => `    ${name}) words="${list.join(' ')}" ;;`);
  return `_stowage() {
  local words="${words.get('')!.join(' ')}"
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  [ "$COMP_CWORD" -eq 1 ] && words="${words.get('')!.join(' ')}"
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _stowage stowage
`;
}

function fish(words: Words): string {
  const lines = [`complete -c stowage -n __fish_use_subcommand -a '${words.get('')!.join(' ')}'`];
  for (const [name, list] of words) {
    if (name !== '') lines.push(`complete -c stowage -n '__fish_seen_subcommand_from ${name}' -a '${list.join(' ')}'`);
  }
  return `${lines.join('\n')}\n`;
}
