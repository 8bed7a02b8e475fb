import { createHash, X509Certificate } from 'node:crypto';
import type { Browser } from 'puppeteer-core';
import { substitute, type VariableValues } from '../../../generator/console/expression.ts';
import type { ConsoleSettings } from '../../../generator/model/dashboard.ts';
import { queriesOf } from '../../../generator/text/page-queries.ts';
import { startBrowser, type Visit, type VisitOptions, visit } from '../../support/browser.ts';
import type { LabClient } from '../../support/lab.ts';
import type { LabNode } from '../../support/node.ts';

/** A target as Prometheus sees it. */
export type Target = {
  readonly labels: Readonly<Record<string, string>>;
  readonly health: 'up' | 'down' | 'unknown';
  readonly scrapeUrl: string;
  readonly lastError: string;
};

/** A sample of an answer. */
export type Sample = { readonly metric: Readonly<Record<string, string>>; readonly value: number };

export type Alert = {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: string;
};

/** The answer of an HTTP server. */
export type Answer = { readonly status: number; readonly body: string };

type RequestOptions = {
  /** The name in the address. */
  readonly name?: string;
  readonly scheme?: 'http' | 'https';
  readonly isAnonymous?: boolean;
  readonly headers?: readonly string[];
  readonly form?: Readonly<Record<string, string>>;
  readonly timeoutSeconds?: number;
};

const HOME = 'h.pigsty';

/** The portal of an infra host, as a person of the site's network uses it: over TLS that is verified, with a password. */
export class Portal {
  readonly #node: LabNode;
  readonly #client: LabClient;
  readonly #ca: string;
  #password: string | undefined;

  /** `ca`: the file with the site's certificate authority. */
  constructor(node: LabNode, client: LabClient, ca: string) {
    this.#node = node;
    this.#client = client;
    this.#ca = ca;
  }

  /** Of the user `admin`, as its operator reads it. */
  async password(): Promise<string> {
    this.#password ??= (await this.#node.sh('cat /etc/pigsty/current/etc/nginx/admin.password')).trim();
    return this.#password;
  }

  /** The answer to a request; status 0 if there is none. */
  async ask(path: string, options: RequestOptions = {}): Promise<Answer> {
    const { name = HOME, scheme = 'https', isAnonymous = false, headers = [], form } = options;
    const login = isAnonymous ? [] : ['--user', `admin:${await this.password()}`];
    const result = await this.#client.exec([
      ...['curl', '-sS', '--cacert', this.#ca, '-m', String(options.timeoutSeconds ?? 10)],
      ...[80, 443].flatMap((port) => ['--resolve', `${name}:${port}:${this.#node.ip}`]),
      ...login,
      ...headers.flatMap((header) => ['-H', header]),
      ...Object.entries(form ?? {}).flatMap((field) => ['--data-urlencode', field.join('=')]),
      ...['-w', '\n%{http_code}', `${scheme}://${name}${path}`],
    ]);
    const end = result.stdout.lastIndexOf('\n');
    const status = Number(result.stdout.slice(end + 1));
    return { status, body: status === 0 ? result.stderr : result.stdout.slice(0, end) };
  }

  async #api<T>(path: string, form?: Readonly<Record<string, string>>): Promise<T> {
    const { status, body } = await this.ask(`/prometheus/api/v1/${path}`, form ? { form } : {});
    if (status !== 200) throw new Error(`${this.#node.name}: ${path}: ${status} ${body.slice(0, 500)}`);
    const answer: { readonly data: T } = JSON.parse(body);
    return answer.data;
  }

  async targets(): Promise<readonly Target[]> {
    const { activeTargets } = await this.#api<{ activeTargets: readonly Target[] }>('targets?state=active');
    return activeTargets;
  }

  /** The targets that are not up, with the reason. */
  async targetsDown(): Promise<readonly string[]> {
    return (await this.targets())
      .filter(({ health }) => health !== 'up')
      .map(({ labels, scrapeUrl, health, lastError }) => `${labels.job} ${scrapeUrl} ${health} ${lastError}`);
  }

  /** The samples that an expression has now. */
  async query(expression: string, variables: VariableValues = {}): Promise<readonly Sample[]> {
    const query = substitute(expression, variables);
    type Found = { metric: Sample['metric']; value: readonly [number, string] };
    const { result } = await this.#api<{ result: readonly Found[] }>('query', { query });
    return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  /** The expressions of all pages that have no sample now; `ones` are the variables of pages about one instance each. */
  async unanswered(variables: VariableValues, ones: readonly VariableValues[]): Promise<readonly string[]> {
    const { pages }: ConsoleSettings = JSON.parse((await this.ask('/pages.json')).body);
    const silent: string[] = [];
    for (const page of pages) {
      for (const expression of queriesOf(page)) {
        const values = expression.includes('ins="$ins"') ? ones : [variables];
        const cls = page.id === 'etcd' ? { cls: 'etcd' } : {};
        const samples = await Promise.all(values.map((one) => this.query(expression, { ...one, ...cls })));
        if (samples.flat().length === 0) silent.push(`${page.id}: ${expression}`);
      }
    }
    return silent;
  }

  async alerts(): Promise<readonly Alert[]> {
    return (await this.#api<{ alerts: readonly Alert[] }>('alerts')).alerts;
  }

  /** The names of all alerts that fire. */
  async firing(): Promise<ReadonlySet<string>> {
    const firing = (await this.alerts()).filter(({ state }) => state === 'firing');
    return new Set(firing.map(({ labels }) => labels.alertname ?? ''));
  }

  /** The messages that journals of all hosts have with these fields, the newest first. */
  async lines(fields: Readonly<Record<string, string>>, limit = 100): Promise<readonly string[]> {
    const query = Object.entries(fields).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    const now = Math.floor(Date.now() / 1000) + 1;
    const headers = ['Accept: application/json', `Range: realtime=:${now}:-${limit}:${limit}`];
    const { status, body } = await this.ask(`/journal/entries?${query.join('&')}`, { headers });
    if (status !== 200) throw new Error(`${this.#node.name}: journal: ${status} ${body.slice(0, 500)}`);
    const entries = body.split('\n').filter((line) => line !== '');
    return entries.map((line) => String(JSON.parse(line).MESSAGE)).reverse();
  }

  /** A browser that trusts the portal's certificate and knows its name. */
  async browser(): Promise<{ readonly browser: Browser; close(): Promise<void> }> {
    const file = '/etc/pigsty/current/etc/nginx/portal.crt';
    const { publicKey } = new X509Certificate(await this.#node.sh(`cat ${file}`));
    const key = createHash('sha256').update(publicKey.export({ type: 'spki', format: 'der' }));
    const flags = [
      `--ignore-certificate-errors-spki-list=${key.digest('base64')}`,
      `--host-resolver-rules=MAP ${HOME} ${this.#node.ip}`,
    ];
    return startBrowser({ within: (command) => this.#client.within(command), flags });
  }

  async visit(browser: Browser, path: string, size?: VisitOptions['size']): Promise<Visit> {
    const login = { username: 'admin', password: await this.password() };
    return visit(browser, `https://${HOME}${path}`, { login, ...(size && { size }) });
  }
}
