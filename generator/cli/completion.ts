import type { Command } from 'commander';

/** What a shell needs to know of one verb. */
type Verb = { readonly name: string; readonly description: string; readonly flags: readonly Flag[] };
type Flag = {
  readonly short?: string;
  readonly long: string;
  readonly description: string;
  /** The value of the flag: nothing, a file, or one of these words. */
  readonly accepts: 'nothing' | 'file' | readonly string[];
};

const writers = { bash, zsh, fish } as const;

/**
 * `pigsty completion SHELL`: the script that completes verbs, their options and files, on stdout. It
 * contains all words, so that pressing Tab starts no program.
 */
export function runCompletion(shell: keyof typeof writers, program: Command): void {
  process.stdout.write(writers[shell](verbsOf(program)));
}

function verbsOf(program: Command): Verb[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    flags: command.options.map((option) => ({
      ...(option.short && { short: option.short }),
      long: option.long ?? '',
      description: option.description,
      accepts: option.argChoices ?? (option.required || option.optional ? 'file' : 'nothing'),
    })),
  }));
}

const words = (verb: Verb) => verb.flags.flatMap(({ short, long }) => (short ? [short, long] : [long]));

/** bash(1), "Programmable Completion". */
function bash(verbs: readonly Verb[]): string {
  const cases = verbs.map((verb) => `    ${verb.name}) words='${words(verb).join(' ')}' ;;`);
  const choices = verbs.flatMap(({ name, flags }) =>
    flags.flatMap(({ long, accepts }) =>
      typeof accepts === 'string' ? [] : [`    ${name},${long}) words='${accepts.join(' ')}' ;;`],
    ),
  );
  return `# bash: source <(pigsty completion bash)
_pigsty() {
  local word=\${COMP_WORDS[COMP_CWORD]} verb=\${COMP_WORDS[1]} before=\${COMP_WORDS[COMP_CWORD - 1]} words=
  if [ "$COMP_CWORD" -eq 1 ]; then
    words='${verbs.map(({ name }) => name).join(' ')}'
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    return
  fi
  case $verb,$before in
${choices.join('\n')}
  esac
  if [ -z "$words" ] && [[ $word == -* ]]; then
    case $verb in
${cases.map((line) => `  ${line}`).join('\n')}
    esac
  fi
  if [ -n "$words" ]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
    compopt -o filenames
  fi
}
complete -F _pigsty pigsty
`;
}

const zshText = (text: string) => text.replaceAll("'", "'\\''").replaceAll(/[[\]:]/g, '\\$&');

/** zshcompsys(1), "_arguments". */
function zsh(verbs: readonly Verb[]): string {
  const list = verbs.map(({ name, description }) => `    '${name}:${zshText(description)}'`);
  const argument = ({ accepts }: Flag) => {
    if (accepts === 'nothing') return '';
    return accepts === 'file' ? ':value:_files' : `:value:(${accepts.join(' ')})`;
  };
  const flag = (one: Flag) => {
    const what = `[${zshText(one.description)}]${argument(one)}`;
    const forms = one.short ? [one.short, one.long] : [one.long];
    return forms.map((form) => `        '${form}${what}'`);
  };
  const cases = verbs.map(({ name, flags }) => {
    const lines = [...flags.flatMap(flag), "        '*:file:_files'"];
    return `    ${name})\n      _arguments \\\n${lines.join(' \\\n')}\n      ;;`;
  });
  return `#compdef pigsty
# zsh: source <(pigsty completion zsh), or save it as _pigsty in a directory of $fpath
_pigsty() {
  local -a verbs=(
${list.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe verb verbs
    return
  fi
  local verb=\${words[2]}
  shift words
  (( CURRENT-- ))
  case $verb in
${cases.join('\n')}
  esac
}
if [ "\${funcstack[1]}" = _pigsty ]; then _pigsty "$@"; else compdef _pigsty pigsty; fi
`;
}

const fishText = (text: string) => text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");

/** complete(1) of fish. */
function fish(verbs: readonly Verb[]): string {
  const first = verbs.map(
    ({ name, description }) =>
      `complete -c pigsty -f -n __fish_use_subcommand -a ${name} -d '${fishText(description)}'`,
  );
  const accepts = ({ accepts: what }: Flag) => {
    if (what === 'nothing') return '';
    return what === 'file' ? ' -r' : ` -x -a '${what.join(' ')}'`;
  };
  const flags = verbs.flatMap((verb) =>
    verb.flags.map((flag) => {
      const short = flag.short ? ` -s ${flag.short.slice(1)}` : '';
      const forms = `${short} -l ${flag.long.slice(2)}`;
      return `complete -c pigsty -n '__fish_seen_subcommand_from ${verb.name}'${forms}${accepts(flag)} -d '${fishText(flag.description)}'`;
    }),
  );
  return ['# fish: pigsty completion fish | source', ...first, ...flags, ''].join('\n');
}
