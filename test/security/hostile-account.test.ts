import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { quoteShell } from '../../generator/text/quote.ts';
import { type AgentNode, bootNode } from '../agent/support/agent-node.ts';
import { imageId } from '../agent/support/bundle-writer.ts';
import { sampleBundle, tinyImage, type Variation } from '../agent/support/sample.ts';
import { createLab, type Lab, labSkipReason } from '../support/lab.ts';
import { SEED } from '../support/random.ts';

/*
 * The account of a service replaces what it owns by links to what it may not write, again and again, while root applies
 * bundles. Afterwards nothing of root's has changed, and nothing of it was printed.
 */
const reason = labSkipReason();
const ROUNDS = process.env.PIGSTY_TEST_LONG ? 200 : 20;
const images = reason === undefined ? new Map([['tiny', tinyImage()]]) : new Map();
const UID = 4711;
/** What the links of the account lead to. */
const VICTIM = '/root/victim';
const SECRET = 'a-word-of-root';

/** Swaps one name for a link at random moments, and puts it back. perl is on every Debian. */
const SWAPPER = `
  use strict; my ($directory, $seed, @pairs) = @ARGV; srand($seed); chdir $directory or die;
  $SIG{TERM} = sub { exit 0 };
  sub pause { select undef, undef, undef, rand(0.03) }
  while (1) {
    my ($name, $target) = split /=/, $pairs[rand @pairs];
    my $moved = rename $name, "$name.moved";
    symlink $target, $name;
    pause();
    unlink $name if -l $name;
    rename "$name.moved", $name if $moved;
    pause();
  }`;

/** The names in the account's directory, and where their links lead. */
const SWAPS = {
  'a directory': [`inner=${VICTIM}/directory`, 'inner=/etc'],
  'a directory on the way to another': [`inner=${VICTIM}`, `inner/deep=${VICTIM}/directory`],
  'the marker of the state': [`.pigsty-state=${VICTIM}/file`, `.pigsty-state.new=${VICTIM}/file`],
  'a link of the bundle': [
    `shortcut=${VICTIM}/file`,
    `shortcut.pigsty-new=${VICTIM}/file`,
    `shortcut.pigsty-new=${VICTIM}/directory`,
  ],
};

describe.skipIf(reason)(`the account of a service (seed ${SEED}) ${reason ?? ''}`, () => {
  let lab: Lab;
  let host: AgentNode;
  let untouched: string;
  let round = 0;

  beforeAll(async () => {
    lab = await createLab();
    host = await bootNode(lab, { ip: '10.10.10.21', name: 'hostile' });
    await host.node.sh(`
      mkdir -p ${VICTIM}/directory
      echo ${SECRET} >${VICTIM}/file
      echo ${SECRET} >${VICTIM}/directory/file
      chmod 0600 ${VICTIM}/file`);
    await host.apply(bundle());
    untouched = await ofRoot();
  });
  afterAll(() => lab?.destroy());

  /** Each one differs from the last: root makes and changes directories, links and the marker. */
  function bundle(): ReturnType<typeof sampleBundle> {
    round += 1;
    const variation: Variation = {
      reloadText: `reload ${round}`,
      links: [
        { path: '/data/tenant/shortcut', target: `/nowhere/${round}` },
        // Below a directory that does not exist.
        { path: `/etc/drop-ins.d/deep-${round}/link`, target: '/nowhere' },
      ],
    };
    const made = sampleBundle(images, imageId, variation);
    const owned = { owner: 'tenant', group: 'tenant' };
    const modes = round % 2 === 0 ? ['0700', '0750'] : ['0750', '0700'];
    const [inner = '', deep = ''] = modes;
    return {
      ...made,
      directories: [
        ...made.directories.slice(0, 2),
        { path: '/data/tenant/inner', mode: inner, ...owned },
        { path: '/data/tenant/inner/deep', mode: deep, ...owned },
      ],
    };
  }

  /** What belongs to root, where the links lead. */
  function ofRoot(): Promise<string> {
    return host.node.sh(`
      stat -c '%n %a %U %G' /etc /etc/shadow ${VICTIM}
      find ${VICTIM} -printf '%p %m %U %G %s %T@ %l\\n' | sort
      cat ${VICTIM}/file
      find /etc /root /usr /data /var/lib ! -path '/data/tenant*' ! -path '/etc/pigsty/*' -user ${UID} -printf '%p belongs to the account\\n'`);
  }

  test.each(Object.entries(SWAPS))(`swaps %s during ${ROUNDS} applies`, async (_, pairs) => {
    const swapper = `setpriv --reuid ${UID} --regid ${UID} --clear-groups perl -e ${quoteShell(SWAPPER)} /data/tenant`;
    for (let turn = 0; turn < ROUNDS; turn++) {
      await host.ship(bundle());
      const { code } = await host.shell(`
        ${swapper} ${SEED + turn} ${pairs.map(quoteShell).join(' ')} & attack=$!
        timeout 60 /root/bundle/pigsty-agent apply; code=$?
        kill $attack; wait $attack 2>/dev/null
        [ "$code" -ne 4 ] || exit 4
        exit 0`);
      expect(code).toBe(0);
      expect(await ofRoot()).toBe(untouched);
    }
    expect(host.said).not.toContain(SECRET);
    await host.node.sh(`
      cd /data/tenant
      for name in inner/deep inner .pigsty-state .pigsty-state.new shortcut shortcut.pigsty-new; do
        [ ! -L "$name" ] || rm "$name"
        [ ! -L "$name.moved" ] || rm "$name.moved"
        [ ! -e "$name.moved" ] || { rm -rf "$name"; mv "$name.moved" "$name"; }
      done
      [ -f .pigsty-state ] || echo 'lab 10.10.10.11 tenant' | setpriv --reuid ${UID} --clear-groups tee .pigsty-state`);
    // A new generation makes its directories; the last one may be complete already.
    await host.ship(bundle());
    const { stderr } = await host.shell('/root/bundle/pigsty-agent apply');
    expect(stderr).toContain('is current and good');
    expect(await host.node.sh('stat -c %U /data/tenant/inner/deep')).toBe('tenant\n');
  });
});
