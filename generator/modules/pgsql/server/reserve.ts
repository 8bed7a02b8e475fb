import type { Contribution } from '../../../model/module.ts';
import { bytesOf } from '../../../text/size.ts';
import { unitFile, unitPlan } from '../../../text/unit.ts';
import type { PgsqlMember } from '../members.ts';
import { clusterDirectory } from '../paths.ts';

/** A file that reserves disk space: an operator deletes it when the disk is full. */
export function reserveContribution(member: PgsqlMember, image: string): Contribution {
  const { pg_dbsu: user, pg_dummy_filesize: size } = member.settings;
  const unit = 'pgsql-reserve.service';
  const script = 'etc/pgsql/reserve.sh';
  const view = { root: { $image: image }, user, clusterDirectory: clusterDirectory(member) };
  return {
    files: [
      {
        path: script,
        mode: 0o755,
        group: user,
        source: { kind: 'template', template: 'pgsql/reserve.sh.ejs', view: { bytes: bytesOf(size) } },
      },
      unitFile(unit, `pgsql/${unit}.ejs`, view),
    ],
    units: [unitPlan(unit, { image, restartOn: [script] })],
  };
}
