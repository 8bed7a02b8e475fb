import type { Facts } from '../../model/facts.ts';
import { journalReceivers } from '../../model/infra.ts';
import {
  JOURNAL_IMAGE,
  JOURNAL_TLS,
  JOURNAL_USER,
  journalCertificate,
  journalTlsFiles,
} from '../../model/journal.ts';
import { type Contribution, settingsOf } from '../../model/module.ts';
import { LogStore } from '../../model/monitoring.ts';
import type { FilePlan, ModuleImage, UnitPlan, View } from '../../model/plan.ts';
import type { Site, SiteHost } from '../../model/site.ts';
import { unitFile, unitPlan } from '../../text/unit.ts';

/*
 * A host sends its journal to every infra host: one unit for each, which knows what that host has acknowledged
 * (docs/decisions/logs.md).
 */
const SCRIPT = 'etc/journal/upload.sh';

export function hasJournalUpload(host: SiteHost, site: Site): boolean {
  return settingsOf(host).journal_enabled && journalReceivers(site).length > 0;
}

export function journalContribution(host: SiteHost, site: Site, facts: Facts): Contribution {
  if (!hasJournalUpload(host, site)) return {};
  const receivers = journalReceivers(site);
  const uploads = receivers.flatMap((receiver) => uploadsTo(receiver, facts));
  return {
    users: [JOURNAL_USER],
    files: [
      ...journalTlsFiles(host),
      script(SCRIPT, 'node/journal-upload.sh.ejs', {}),
      script('metrics/journal-upload', 'node/journal-metrics.sh.ejs', {
        receivers: uploads.map(({ name }) => name).join(' '),
      }),
      ...uploads.map(({ file }) => file),
    ],
    units: uploads.map(({ unit }) => unit),
    certificates: [journalCertificate(host)],
  };
}

type Upload = { readonly name: string; readonly file: FilePlan; readonly unit: UnitPlan };

/** One for the journals of an infra host, and one for its other store. */
function uploadsTo(receiver: SiteHost, facts: Facts): Upload[] {
  const stores = facts.of(LogStore, receiver.ip);
  return [
    upload(receiver, receiver.ip, ''),
    ...stores.map(({ path }) => upload(receiver, `${receiver.ip}-store`, path)),
  ];
}

/** The upload reads its certificate and key at each connection, and the CA at its start. */
function upload(receiver: SiteHost, name: string, path: string): Upload {
  const unit = `journal-upload-${name}.service`;
  const view = {
    root: { $image: JOURNAL_IMAGE.name },
    receiver: receiver.ip,
    port: settingsOf(receiver).journal_port,
    path,
  };
  return {
    name,
    file: unitFile(unit, 'node/journal-upload.service.ejs', view),
    unit: unitPlan(unit, { image: JOURNAL_IMAGE.name, restartOn: [SCRIPT, JOURNAL_TLS.ca] }),
  };
}

function script(path: string, template: string, view: View): FilePlan {
  return { path, mode: 0o644, group: 'root', source: { kind: 'template', template, view } };
}

export function journalImages(host: SiteHost, site: Site): ModuleImage[] {
  return hasJournalUpload(host, site) ? [JOURNAL_IMAGE] : [];
}
