import type { Command } from 'commander';
import { blueprintNames } from '../effects/package-root.ts';
import { parameterByName } from '../modules/parameters.ts';

/** What a shell needs to know of one verb. */
type Verb = {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly Flag[];
  /** What its first arguments may be. */
  readonly arguments: readonly Accepted[];
};
/** A file, an address of the inventory (and `hba` for explain), or one of these words. */
type Accepted = 'file' | 'host' | readonly string[];
type Flag = {
  readonly short?: string;
  readonly long: string;
  readonly description: string;
  readonly accepts: 'nothing' | Accepted;
};

const writers = { bash, zsh, fish } as const;

/**
 * `pigsty completion SHELL`: the script that completes verbs, their options and files, on stdout. It
 * contains all words, so that pressing Tab starts no program but grep, which reads the addresses of hosts.
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
      accepts: acceptedBy(option),
    })),
    arguments: argumentsOf(command),
  }));
}

function acceptedBy({ long, argChoices, required, optional }: Command['options'][number]): Flag['accepts'] {
  if (long === '--host') return 'host';
  return argChoices ?? (required || optional ? 'file' : 'nothing');
}

function argumentsOf(command: Command): readonly Accepted[] {
  if (command.name() === 'init') return [blueprintNames()];
  if (command.name() === 'explain') return ['host', [...parameterByName.keys()].sort()];
  return command.registeredArguments.map(({ argChoices }) => argChoices ?? 'file');
}

/** Prints the addresses in the inventory that a verb would take. */
const HOSTS = `grep -oE '([0-9]{1,3}\\.){3}[0-9]{1,3}' "\${PIGSTY_INVENTORY:-pigsty.yml}" 2>/dev/null | sort -u`;
const HOSTS_IN_FISH = `set -q PIGSTY_INVENTORY; or set -l PIGSTY_INVENTORY pigsty.yml
  grep -oE '([0-9]{1,3}\\.){3}[0-9]{1,3}' $PIGSTY_INVENTORY 2>/dev/null | sort -u`;

const words = (verb: Verb) => verb.flags.flatMap(({ short, long }) => (short ? [short, long] : [long]));

function inBash(accepted: Flag['accepts']): string[] {
  if (accepted === 'nothing' || accepted === 'file') return [];
  return [accepted === 'host' ? `"hba $(${HOSTS})"` : `'${accepted.join(' ')}'`];
}

/** bash(1), "Programmable Completion". */
function bash(verbs: readonly Verb[]): string {
  const cases = verbs.map((verb) => `    ${verb.name}) words='${words(verb).join(' ')}' ;;`);
  const choices = verbs.flatMap(({ name, flags }) =>
    flags.flatMap(({ long, accepts }) =>
      inBash(accepts).map((list) => `    ${name},${long}) words=${list} ;;`),
    ),
  );
  const positions = verbs.flatMap(({ name, arguments: accepted }) =>
    accepted.flatMap((one, index) =>
      inBash(one).map((list) => `      ${name},${index + 2}) words=${list} ;;`),
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
  if [ -z "$words" ] && [[ $word != -* ]]; then
    case $verb,$COMP_CWORD in
${positions.join('\n')}
    esac
  fi
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

function inZsh(accepted: Accepted): string {
  if (accepted === 'file') return '_files';
  return accepted === 'host' ? '_pigsty_hosts' : `(${accepted.join(' ')})`;
}

/** zshcompsys(1), "_arguments". */
function zsh(verbs: readonly Verb[]): string {
  const list = verbs.map(({ name, description }) => `    '${name}:${zshText(description)}'`);
  const argument = ({ accepts }: Flag) => {
    if (accepts === 'nothing') return '';
    return `:value:${inZsh(accepts)}`;
  };
  const flag = (one: Flag) => {
    const what = `[${zshText(one.description)}]${argument(one)}`;
    const forms = one.short ? [one.short, one.long] : [one.long];
    return forms.map((form) => `        '${form}${what}'`);
  };
  const cases = verbs.map(({ name, flags, arguments: accepted }) => {
    const places = accepted.map((one, index) => `        '${index + 1}:value:${inZsh(one)}'`);
    const lines = [...flags.flatMap(flag), ...places, "        '*:file:_files'"];
    return `    ${name})\n      _arguments \\\n${lines.join(' \\\n')}\n      ;;`;
  });
  return `#compdef pigsty
# zsh: source <(pigsty completion zsh), or save it as _pigsty in a directory of $fpath
_pigsty_hosts() {
  local -a hosts=(hba \${(f)"$(${HOSTS})"})
  compadd -a hosts
}
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

function inFish(accepted: 'host' | readonly string[]): string {
  return accepted === 'host' ? '(__pigsty_hosts)' : accepted.join(' ');
}

/** complete(1) of fish. */
function fish(verbs: readonly Verb[]): string {
  const first = verbs.map(
    ({ name, description }) =>
      `complete -c pigsty -f -n __fish_use_subcommand -a ${name} -d '${fishText(description)}'`,
  );
  const accepts = ({ accepts: what }: Flag) => {
    if (what === 'nothing') return '';
    return what === 'file' ? ' -r' : ` -x -a '${inFish(what)}'`;
  };
  const flags = verbs.flatMap((verb) =>
    verb.flags.map((flag) => {
      const short = flag.short ? ` -s ${flag.short.slice(1)}` : '';
      const forms = `${short} -l ${flag.long.slice(2)}`;
      return `complete -c pigsty -n '__fish_seen_subcommand_from ${verb.name}'${forms}${accepts(flag)} -d '${fishText(flag.description)}'`;
    }),
  );
  const places = verbs.flatMap(({ name, arguments: accepted }) =>
    accepted.flatMap((one, index) => {
      if (one === 'file') return [];
      const isHere = `__fish_seen_subcommand_from ${name}; and test (count (commandline -opc)) -eq ${index + 2}`;
      return [`complete -c pigsty -f -n '${isHere}' -a '${inFish(one)}'`];
    }),
  );
  const hosts = `function __pigsty_hosts\n  echo hba\n  ${HOSTS_IN_FISH}\nend`;
  return ['# fish: pigsty completion fish | source', hosts, ...first, ...flags, ...places, ''].join('\n');
}
