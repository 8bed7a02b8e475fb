import { ownValue } from '../model/own-value.ts';
import type { HbaWord } from './hba-line.ts';
import { nearestName } from './nearest.ts';

const LDAP = ['ldap'];

/** Options of records, and the methods that have them (PostgreSQL, hba.c, parse_hba_auth_opt); the others are of any `hostssl`. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  map: ['ident', 'peer', 'gss', 'cert'],
  clientcert: [],
  clientname: [],
  pamservice: ['pam'],
  pam_use_hostname: ['pam'],
  krb_realm: ['gss'],
  include_realm: ['gss'],
  radiusservers: ['radius'],
  radiusports: ['radius'],
  radiussecrets: ['radius'],
  radiusidentifiers: ['radius'],
  ldapurl: LDAP,
  ldaptls: LDAP,
  ldapscheme: LDAP,
  ldapserver: LDAP,
  ldapport: LDAP,
  ldapbinddn: LDAP,
  ldapbindpasswd: LDAP,
  ldapsearchattribute: LDAP,
  ldapsearchfilter: LDAP,
  ldapbasedn: LDAP,
  ldapprefix: LDAP,
  ldapsuffix: LDAP,
};

const VALUES: Readonly<Record<string, readonly string[]>> = {
  clientcert: ['verify-ca', 'verify-full'],
  clientname: ['CN', 'DN'],
};

/** What is wrong with the options of a record. Secrets may be among the values: no text has one. */
export function optionProblem(type: string, method: string, options: readonly HbaWord[]): string | undefined {
  for (const { text } of options) {
    const problem = oneProblem(type, method, text);
    if (problem !== undefined) return problem;
  }
  const names = options.map(({ text }) => text.split('=')[0]);
  if (method === 'radius' && !(names.includes('radiusservers') && names.includes('radiussecrets')))
    return '`radius` needs the options `radiusservers` and `radiussecrets`';
  const isLdapComplete = ['ldapurl', 'ldapserver', 'ldapbasedn'].some((name) => names.includes(name));
  return method === 'ldap' && !isLdapComplete
    ? '`ldap` needs the option `ldapserver` or `ldapurl`'
    : undefined;
}

function oneProblem(type: string, method: string, text: string): string | undefined {
  const [name = ''] = text.split('=', 1);
  if (name === text) return 'there are too many words: after the method come options only, as `name=value`';
  const methods = ownValue(OPTIONS, name);
  if (!methods) {
    const nearest = nearestName(name, Object.keys(OPTIONS));
    return `unknown option \`${name}\`${nearest ? `: did you mean \`${nearest}\`?` : ''}`;
  }
  const values = ownValue(VALUES, name);
  if (!values) return methods.includes(method) ? undefined : `\`${name}\` is no option of \`${method}\``;
  if (type !== 'hostssl') return `\`${name}\` is for \`hostssl\` only`;
  const value = text.slice(name.length + 1);
  if (!values.includes(value)) return `\`${name}\` must be ${values.join(' or ')}`;
  return method === 'cert' && value === 'verify-ca' ? '`cert` has `clientcert=verify-full` only' : undefined;
}
