/**
 * A browser, a receiver of alerts, and a service of somebody else, in the network of two infra hosts: prints what they see as
 * JSON. `node client.mjs <everything or alert> <ca.crt> <pair that no server
 * accepts> <seconds to wait for a second delivery>`
 */
import { Resolver } from 'node:dns/promises';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';

const [, , what, caFile, pair, patience] = process.argv;
const ca = readFileSync(caFile);
const PASSWORD = `it's "50%" of $HOME \\ & more`;
const ADMIN = { authorization: `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}` };
const READER = { authorization: `Basic ${Buffer.from('reader:second').toString('base64')}` };
const WRONG = { authorization: `Basic ${Buffer.from('admin:pigsty').toString('base64')}` };

const delivered = [];
const visited = [];
serve(9999, (_, body) => delivered.push({ at: Date.now(), ...JSON.parse(body) }));
serve(9998, (request) => visited.push(request.headers));

function serve(port, onRequest) {
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      onRequest(request, body);
      response.end('theirs');
    });
  });
  server.listen(port, '10.10.10.1');
}

/** Status, body and target of one request to an infra host, by a name of the portal. */
function ask(url, { headers = {}, ip = '10.10.10.10', method = 'GET', body, ...more } = {}) {
  const { protocol, hostname, port, pathname, search } = new URL(url);
  const options = { ca, host: ip, servername: hostname, port, path: pathname + search, method, agent: false };
  const client = protocol === 'https:' ? https : http;
  return new Promise((resolve) => {
    const request = client.request(
      { ...options, ...more, headers: { host: hostname, ...headers } },
      (response) => {
        let text = '';
        response.on('data', (part) => {
          text += part;
        });
        response.on('end', () => resolve({ status: response.statusCode, text, ...response.headers }));
      },
    );
    request.on('error', (problem) => resolve({ status: 0, text: problem.code ?? problem.message }));
    request.end(body);
  });
}

async function until(what, isTrue, seconds = 60) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    const value = await isTrue();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`not in time: ${what}`);
}

async function query(expression, ip) {
  const { text } = await ask(`https://p.pigsty/api/v1/query?query=${encodeURIComponent(expression)}`, {
    headers: ADMIN,
    ip,
  });
  try {
    return JSON.parse(text).data.result;
  } catch {
    return [];
  }
}

/** The programs of the centre, which run here; those of the nodes do not. */
const UP = 'up{job=~"infra|push|portal"} == 1';
const sawAll = (ip) =>
  until(`all targets of ${ip}`, async () => (await query(UP, ip)).length >= 14 && (await query(UP, ip)));
/** The processes of infra hosts whose command line begins with the program and has the word. */
function processesOf(program, word = '') {
  const found = readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    const line = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').join(' ');
    return line.startsWith(program) && line.includes(word);
  });
  return found.map(Number);
}

/** New files of the generation: a target needs no reload, a rule and a name need one. */
async function change(resolver) {
  const generation = caFile.replace('/etc/nginx/ca.crt', '');
  const [prometheus] = processesOf('/usr/bin/prometheus', '10.10.10.10:9090');
  const target = '- { targets: ["10.10.10.10:9"], labels: { cls: extra, ins: extra-1, ip: 10.10.10.10 } }\n';
  writeFileSync(`${generation}/etc/prometheus/targets/infra/extra-1.yml`, target);
  writeFileSync(
    `${generation}/etc/prometheus/rules/more.yml`,
    'groups: [{ name: more, rules: [{ record: more, expr: vector(1) }] }]\n',
  );
  writeFileSync(`${generation}/etc/dnsmasq/hosts/more`, '10.10.10.77 more.pigsty\n');
  const down = await until('a new target', async () => (await query('up{ins="extra-1"} == 0')).length);
  const before = (await query('more')).length;
  process.kill(prometheus, 'SIGHUP');
  const after = await until('a new rule', async () => (await query('more')).length);
  const name = () => resolver.resolve4('more.pigsty').then(String, ({ code }) => code);
  const unknown = await name();
  for (const one of processesOf('/usr/sbin/dnsmasq')) process.kill(one, 'SIGHUP');
  const known = await until('a new name', async () => (await name()) !== unknown && name());
  return [down, before, after, unknown, known];
}

/** Status and caching of the console's files, which a browser asks for with what it knows of them. */
async function askForFiles() {
  const page = await ask('https://h.pigsty/', { headers: ADMIN });
  const [program] = page.text.match(/app[.]js[?]\w+/) ?? [];
  const found = [];
  for (const path of ['', 'pages.json', program, 'app.js']) {
    const { 'last-modified': time } = await ask(`https://h.pigsty/${path}`, { headers: ADMIN });
    const known = { ...ADMIN, 'if-modified-since': time, 'if-none-match': '*' };
    const again = await ask(`https://h.pigsty/${path}`, { headers: known });
    found.push(`${again.status} ${again['cache-control']} ${again['x-content-type-options']}`);
  }
  return found;
}

async function useAll() {
  const status = async (...request) => (await ask(...request)).status;
  const plain = await ask('http://h.pigsty/prometheus/graph?x=1');
  seen.plain = [plain.status, plain.location];
  seen.authority = (await ask('http://h.pigsty/ca.crt')).text === String(ca);
  seen.nobody = await status('https://h.pigsty/');
  seen.wrong = await status('https://h.pigsty/', { headers: WRONG });
  seen.reader = await status('https://h.pigsty/', { headers: READER });
  seen.page = (await ask('https://h.pigsty/portal/', { headers: ADMIN })).text.match(/<h1>.*<\/h1>/)?.[0];
  seen.style = await status('https://h.pigsty/portal.css', { headers: ADMIN });
  seen.absent = await status('https://h.pigsty/nothing', { headers: ADMIN });
  seen.alert = (await ask('https://h.pigsty/alerts/NodeDown', { headers: ADMIN })).text.match(
    /<h1>.*<\/h1>/,
  )?.[0];
  seen.kept = await askForFiles();
  seen.paths = [];
  for (const path of ['prometheus/-/ready', 'alertmanager/api/v2/status', 'blackbox/', 'push/-/ready'])
    seen.paths.push(
      await status(`https://h.pigsty/${path}`, { headers: ADMIN }),
      await status(`https://h.pigsty/${path}`),
    );
  seen.names = [
    await status('https://p.pigsty/classic/graph', { headers: ADMIN }),
    await status('https://p.pigsty/prometheus/classic/graph', { headers: ADMIN }),
    await status('https://a.pigsty/api/v2/status', { headers: ADMIN }),
    await status('https://a.pigsty/api/v2/status'),
  ];
  seen.others = [
    await status('https://wiki.pigsty/'),
    await status('http://wiki.pigsty/'),
    await status('https://notes.pigsty/'),
  ];
  await ask('https://notes.pigsty/', { headers: ADMIN });
  seen.passedOn = visited.filter(({ authorization }) => authorization).length;
  seen.byAddress = (await ask('https://10.10.10.10/', { servername: '' })).status;
  const stranger = { cert: readFileSync(`${pair}.crt`), key: readFileSync(`${pair}.key`) };
  seen.direct = [];
  for (const port of [9090, 9091, 9093, 9113, 9115]) {
    seen.direct.push(
      await status(`https://infra-1:${port}/metrics`),
      await status(`https://infra-1:${port}/metrics`, stranger),
    );
  }

  const pushed = await ask('https://h.pigsty/push/metrics/job/nightly', {
    headers: ADMIN,
    method: 'PUT',
    body: 'rows_copied 7\n',
  });
  seen.pushed = pushed.status;
  seen.up = (await sawAll('10.10.10.10')).map(({ metric }) => `${metric.job} ${metric.ins}`).sort();
  seen.upThere = (await sawAll('10.10.10.11')).length;
  seen.honored = await until(
    'pushed metrics',
    async () => (await query('rows_copied{job!="infra"}')).map(({ metric }) => metric.job)[0],
  );
  seen.portal =
    (await until('probes', async () => (await query('probe_success{job="portal"} == 1')).length === 2)) &&
    'probed';
  seen.nginx = (await query('nginx_up'))[0]?.value[1];
  const probe = await ask('https://h.pigsty/blackbox/probe?module=icmp&target=10.10.10.11', {
    headers: ADMIN,
  });
  seen.probe = probe.status;

  const resolver = new Resolver({ timeout: 1000, tries: 2 });
  resolver.setServers(['10.10.10.10']);
  seen.dns = [];
  for (const name of ['h.pigsty', 'notes.pigsty', 'absent.pigsty'])
    seen.dns.push(
      await resolver.resolve4(name).then(
        (found) => found.sort().join(' '),
        ({ code }) => code,
      ),
    );

  seen.changed = await change(resolver);
}

const seen = {};
await until('the portals', async () => {
  const hosts = ['10.10.10.10', '10.10.10.11'];
  const answers = await Promise.all(
    hosts.map((ip) => ask('https://p.pigsty/-/ready', { headers: ADMIN, ip })),
  );
  return answers.every(({ status }) => status === 200);
});

if (what === 'everything') await useAll();

const isTest = (one) => one.groupLabels.alertname === 'TestAlert' && one.status === 'firing';
// Prometheus sends an alert again after a minute, if the Alertmanagers were not there the first time.
await until('the alert', () => delivered.some(isTest), 150);
await new Promise((resolve) => setTimeout(resolve, Number(patience) * 1000));
seen.delivered = delivered.filter(isTest).length;
seen.labels = delivered.find(isTest).alerts.map(({ labels }) => labels);
seen.receiver = delivered.find(isTest).receiver;
process.stdout.write(JSON.stringify(seen));
process.exit(0);
