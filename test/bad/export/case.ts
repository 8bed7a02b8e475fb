import type { BadCase } from '../../support/bad-case.ts';

/* The only case that uses the archives and the cache of this machine: it builds a site. */
const run: BadCase = async (scene) => {
  const { HOME, XDG_CACHE_HOME, PIGSTY_MIRROR_DEBIAN, PIGSTY_MIRROR_DEBIAN_SECURITY, http_proxy } =
    process.env;
  const machine = { HOME, XDG_CACHE_HOME, PIGSTY_MIRROR_DEBIAN, PIGSTY_MIRROR_DEBIAN_SECURITY, http_proxy };
  const exported = () => scene.pigsty('export inventory.yml -q --host 10.10.10.11 -o host.tar');
  const unbuilt = await exported();
  const built = await scene.pigsty('build inventory.yml', machine);
  return [unbuilt, built, await exported()].join('\n');
};

export default run;
