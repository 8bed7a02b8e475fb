import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Value } from '../../../model/inventory.ts';
import { nearestName } from '../../../text/nearest.ts';
import { chosenRepository } from '../backup/backup.ts';
import { KEYLESS, REPOSITORY_OPTIONS, REQUIRED_BY_TYPE } from '../backup/repository-options.ts';
import type { PgsqlMember } from '../members.ts';

const rules = {
  unknownOption: rule<{ name: string; option: string; suggestions: readonly string[] }>(
    'pgsql/unknown-repository-option',
    {
      severity: 'error',
      message: ({ name, option }) =>
        `repository \`${name}\` of \`pgbackrest_repo\`: pgBackRest has no option \`${option}\``,
      label: () => 'set here',
      help: ({ suggestions }) =>
        suggestions.length > 0
          ? `did you mean \`${suggestions.join('` or `')}\`?`
          : 'options are those of pgBackRest without `repo1-`, with underscores',
    },
  ),
  incomplete: rule<{ name: string; type: string; missing: readonly string[] }>(
    'pgsql/repository-incomplete',
    {
      severity: 'error',
      message: ({ name, type, missing }) =>
        `repository \`${name}\` of \`pgbackrest_repo\` has no \`${missing.join('`, no `')}\`, which type \`${type}\` requires`,
      label: () => 'this repository',
      help: ({ missing }) => `set \`${missing.join('`, `')}\``,
    },
  ),
  noPassphrase: rule<{ name: string; type: string }>('pgsql/repository-without-passphrase', {
    severity: 'error',
    message: ({ name, type }) =>
      `repository \`${name}\` of \`pgbackrest_repo\` has \`cipher_type: ${type}\` but no \`cipher_pass\``,
    label: () => 'set here',
    help: () => 'set `cipher_pass`, or `cipher_type: none` for backups without encryption',
  }),
  noCipher: rule<{ name: string }>('pgsql/repository-not-encrypted', {
    severity: 'error',
    message: ({ name }) =>
      `repository \`${name}\` of \`pgbackrest_repo\` has \`cipher_pass\` but no \`cipher_type\`: backups would not be encrypted`,
    label: () => 'without effect',
    help: () => 'set `cipher_type: aes-256-cbc`, or `cipher_type: none`',
  }),
  endpoint: rule<{ name: string; option: string; value: string; problem: string }>(
    'pgsql/repository-endpoint',
    {
      severity: 'error',
      message: ({ name, option, value, problem }) =>
        `repository \`${name}\` of \`pgbackrest_repo\`: \`${option}: ${value}\` ${problem}`,
      label: () => 'set here',
      help: () => 'name a server that has TLS: `s3.example.org` or `10.10.10.10:9000`',
    },
  ),
};

/** A repository in use, with its name and the place of its options. */
type Repository = {
  readonly member: PgsqlMember;
  readonly name: string;
  readonly options: Readonly<Record<string, Value>>;
};

/** The repository that `pgbackrest_method` names: its options, those that its type requires, encryption, and server. */
export function checkRepository(member: PgsqlMember): Diagnostic[] {
  const options = chosenRepository(member.settings);
  if (!options) return [];
  const repository = { member, name: member.settings.pgbackrest_method, options };
  return [
    ...unknownOptions(repository),
    ...missingOptions(repository),
    ...encryption(repository),
    ...endpoints(repository),
  ];
}

function placeIn({ member, name }: Repository, option?: string, part: 'key' | 'value' = 'value') {
  const path = option === undefined ? [name] : [name, option];
  return member.host.parameters.place('pgbackrest_repo', path, option === undefined ? 'key' : part);
}

function unknownOptions(repository: Repository): Diagnostic[] {
  const { name, options } = repository;
  const unknown = Object.keys(options).filter((option) => !REPOSITORY_OPTIONS.includes(option));
  return unknown.map((option) => {
    const place = placeIn(repository, option, 'key');
    return rules.unknownOption.at(place, { name, option, suggestions: suggestionsFor(option) });
  });
}

/** The nearest name, or the options that begin with this word: `retention`. */
function suggestionsFor(option: string): string[] {
  const spelled = option.replaceAll('-', '_').replace(/^repo\d*_/, '');
  const nearest = nearestName(spelled, REPOSITORY_OPTIONS);
  if (nearest !== undefined) return [nearest];
  return REPOSITORY_OPTIONS.filter((known) => known.startsWith(`${spelled}_`)).slice(0, 6);
}

function missingOptions(repository: Repository): Diagnostic[] {
  const { name, options } = repository;
  const type = String(options.type ?? 'posix');
  const required = REQUIRED_BY_TYPE[type];
  // With a host of its own, that host has the rest.
  if (!required || options.host !== undefined) return [];
  const keys = KEYLESS.includes(options[`${type}_key_type`]) ? [] : required.keys;
  const missing = [...required.options, ...keys].filter((option) => options[option] === undefined);
  return missing.length > 0 ? [rules.incomplete.at(placeIn(repository), { name, type, missing })] : [];
}

function encryption(repository: Repository): Diagnostic[] {
  const { name, options } = repository;
  const { cipher_type: type, cipher_pass: passphrase } = options;
  if (type === undefined && passphrase !== undefined)
    return [rules.noCipher.at(placeIn(repository, 'cipher_pass', 'key'), { name })];
  if (type === undefined || type === 'none' || passphrase !== undefined) return [];
  return [rules.noPassphrase.at(placeIn(repository, 'cipher_type'), { name, type: String(type) })];
}

function endpoints(repository: Repository): Diagnostic[] {
  const { name, options } = repository;
  return ['s3_endpoint', 'azure_endpoint', 'gcs_endpoint'].flatMap((option) => {
    const value = options[option];
    const problem = value === undefined ? undefined : endpointProblem(String(value));
    if (problem === undefined) return [];
    return [rules.endpoint.at(placeIn(repository, option), { name, option, value: String(value), problem })];
  });
}

/** `https://` is allowed, a path behind the server has no effect: the bucket has an option of its own. */
function endpointProblem(endpoint: string): string | undefined {
  if (/^http:/i.test(endpoint)) return 'is not encrypted: pgBackRest connects to object stores with TLS only';
  const server = endpoint.replace(/^https:\/\//i, '');
  return /^[A-Za-z0-9._-]+(?::\d+)?\/?$/.test(server) ? undefined : 'is not a host, or a host and a port';
}
