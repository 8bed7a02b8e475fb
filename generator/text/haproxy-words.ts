import { nearestName } from './nearest.ts';

/*
 * Words of the `listen` sections of HAProxy 3.0: its own list (`haproxy -dKcfg`), and its manual for what that list leaves
 * out. test/oracle/haproxy-words.test.ts compares them with the program.
 */
const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

export const HAPROXY = {
  /** Options of a server that have a value. */
  serverValues: words(
    'addr agent-addr agent-inter agent-port agent-send alpn ca-file check-alpn check-proto check-sni ciphers ' +
      'ciphersuites client-sigalgs cookie crl-file crt curves downinter error-limit fall fastinter guid ' +
      'hash-key id init-addr inter interface log-bufsize log-proto max-reuse maxconn maxqueue minconn namespace ' +
      'npn observe on-error on-marked-down on-marked-up pool-conn-name pool-low-conn pool-max-conn ' +
      'pool-purge-delay port proto proxy-v2-options redir resolve-net resolve-opts resolve-prefer resolvers ' +
      'rise shard sigalgs slowstart sni socks4 source ssl-max-ver ssl-min-ver tcp-ut track usesrc verify ' +
      'verifyhost weight ws',
  ),
  serverFlags: words(
    'agent-check allow-0rtt backup check check-send-proxy check-ssl check-via-socks4 disabled enabled ' +
      'force-sslv3 force-tlsv10 force-tlsv11 force-tlsv12 force-tlsv13 no-agent-check no-backup no-check ' +
      'no-check-send-proxy no-check-ssl no-send-proxy no-send-proxy-v2 no-send-proxy-v2-ssl ' +
      'no-send-proxy-v2-ssl-cn no-ssl no-ssl-reuse no-sslv3 no-tfo no-tls-tickets no-tlsv10 no-tlsv11 no-tlsv12 ' +
      'no-tlsv13 non-stick send-proxy send-proxy-v2 send-proxy-v2-ssl send-proxy-v2-ssl-cn ssl ssl-reuse stick ' +
      'tfo tls-tickets',
  ),
  lines: words(
    'acl backlog balance bind capture clitcpka-cnt clitcpka-idle clitcpka-intvl compression cookie declare ' +
      'default-server default_backend description disabled dispatch email-alert enabled error-log-format ' +
      'errorfile errorfiles errorloc errorloc302 errorloc303 external-check filter force-persist fullconn guid ' +
      'hash-balance-factor hash-type http-after-response http-check http-error http-request http-response ' +
      'http-reuse http-send-name-header id ignore-persist load-server-state-from-file log log-format ' +
      'log-format-sd log-tag max-keep-alive-queue maxconn mode monitor-uri option persist rate-limit redirect ' +
      'retries retry-on server server-state-file-name server-template source srvtcpka-cnt srvtcpka-idle ' +
      'srvtcpka-intvl stats stick stick-table tcp-check tcp-request tcp-response timeout transparent ' +
      'unique-id-format unique-id-header use-fcgi-app use-server use_backend',
  ),
  options: words(
    'abortonclose accept-invalid-http-request accept-invalid-http-response allbackups checkcache clitcpka ' +
      'contstats disable-h2-upgrade dontlog-normal dontlognull external-check forwarded forwardfor ' +
      'h1-case-adjust-bogus-client h1-case-adjust-bogus-server http-buffer-request http-ignore-probes ' +
      'http-keep-alive http-no-delay http-pretend-keepalive http-restrict-req-hdr-names http-server-close ' +
      'http-use-proxy-header httpchk httpclose httplog httpslog idle-close-on-response independent-streams ' +
      'ldap-check log-health-checks log-separate-errors logasap mysql-check nolinger originalto persist ' +
      'pgsql-check prefer-last-server redis-check redispatch smtpchk socket-stats splice-auto splice-request ' +
      'splice-response spop-check srvtcpka ssl-hello-chk tcp-check tcp-smart-accept tcp-smart-connect tcpka ' +
      'tcplog transparent',
  ),
  algorithms: words(
    'first hash leastconn random rdp-cookie roundrobin source static-rr sticky uri url_param',
  ),
} as const;

/** What is wrong with the options of a server, or of all servers; undefined if nothing is. */
export function serverOptionsProblem(text: string): string | undefined {
  const given = wordsOf(text);
  while (given.length > 0) {
    const word = given.shift() ?? '';
    if (HAPROXY.serverFlags.has(word) || word.startsWith('set-proxy-v2-tlv-fmt(')) continue;
    if (!HAPROXY.serverValues.has(word))
      return unknown('option of a server', word, [...HAPROXY.serverValues, ...HAPROXY.serverFlags]);
    if (given.shift() === undefined) return `the option ${word} of a server needs a value`;
  }
  return undefined;
}

/** What is wrong with a line of a `listen` section, as far as its first words tell. */
export function listenLineProblem(line: string): string | undefined {
  const [first = '', second = '', ...others] = wordsOf(line);
  if (first === '') return undefined;
  if (first === 'no' || first === 'default') return listenLineProblem([second, ...others].join(' '));
  if (!HAPROXY.lines.has(first)) return unknown('keyword', first, [...HAPROXY.lines]);
  if (first === 'option' && !HAPROXY.options.has(second))
    return unknown('option', second, [...HAPROXY.options]);
  if (first === 'default-server') return serverOptionsProblem([second, ...others].join(' '));
  return first === 'balance' ? balanceProblem([second, ...others].join(' ')) : undefined;
}

export function balanceProblem(text: string): string | undefined {
  const [word = ''] = wordsOf(text);
  const name = word.replace(/\(.*$/, '');
  if (HAPROXY.algorithms.has(name) || name === 'hdr') return undefined;
  return unknown('balance algorithm', name, [...HAPROXY.algorithms]);
}

/** The words of a line (HAProxy's manual, 2.2): a quoted or escaped blank is part of a word, `#` begins a comment. */
function wordsOf(line: string): string[] {
  const found = line.match(/(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s#"'\\])+|#.*/g) ?? [];
  return found.filter((word) => !word.startsWith('#'));
}

/** Only what looks like a keyword is repeated: other words may be secrets. */
function unknown(what: string, word: string, known: readonly string[]): string {
  const shown = /^[a-z][a-z0-9_-]*$/.test(word) ? ` \`${word}\`` : '';
  const nearest = nearestName(word, known);
  return `unknown ${what}${shown} of HAProxy${nearest ? `: did you mean \`${nearest}\`?` : ''}`;
}
