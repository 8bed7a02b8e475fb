import { rule } from '../diagnostics/rule.ts';

/** Diagnostics of the key directory. */
export const rules = {
  created: rule<{ directory: string }>('keys/made', {
    severity: 'notice',
    message: ({ directory }) => `created a certificate authority and keys in ${directory}`,
    help: () => 'keep this directory safe, beside the inventory; ca.key is not copied to any host',
  }),
  renewed: rule<{ names: readonly string[]; reason: string }>('keys/renewed', {
    severity: 'notice',
    message: ({ names, reason }) =>
      `issued ${names.length === 1 ? 'a new certificate' : `${names.length} new certificates`} for ${listed(names)}: ${reason}`,
    help: () => 'services take them when the new bundles are applied',
  }),
  expires: rule<{ names: readonly string[]; when: string }>('keys/expires', {
    severity: 'warning',
    message: ({ names, when }) =>
      `${names.length === 1 ? 'the certificate' : 'certificates'} ${listed(names)} ${when}`,
    help: () =>
      'build, and apply the new bundles: a build renews certificates (a fixed SOURCE_DATE_EPOCH prevents it)',
  }),
  caUnreadable: rule<{ file: string }>('keys/ca-unreadable', {
    severity: 'error',
    message: ({ file }) => `${file} is not a certificate`,
    help: () =>
      'restore it from your backup; without one, start with an empty key directory: then every host needs new certificates',
  }),
  revocations: rule<{ file: string }>('keys/revocations-invalid', {
    severity: 'error',
    message: ({ file }) => `${file} is not a list of revoked certificates`,
    help: () =>
      'restore it from your backup. Without it, certificates that were revoked before would be valid again: replace the certificate authority, that is, start with an empty key directory and apply all hosts',
  }),
  sshKeyReplaced: rule<{ name: string }>('keys/ssh-key-made', {
    severity: 'notice',
    message: ({ name }) =>
      `${name}.key is not a valid ssh key: renamed it to ${name}.key.unusable and created a new key`,
  }),
  caExpires: rule<{ directory: string; reason: string }>('keys/ca-expires', {
    severity: 'warning',
    message: ({ directory, reason }) =>
      `the certificate authority in ${directory} must be replaced: ${reason}`,
  }),
  siteKey: rule<{ file: string }>('keys/site-key-invalid', {
    severity: 'error',
    message: ({ file }) => `${file} is not a key of 64 hexadecimal digits`,
    help: () =>
      'restore it from your backup; without one, delete it: with a new key, hosts take the site for another one (`apply --other-site`), and clusters have other passwords for etcd: apply all hosts at once',
  }),
  exposed: rule<{ files: readonly string[]; directory: string }>('keys/exposed', {
    severity: 'error',
    message: ({ files, directory }) =>
      `other users can read keys in ${directory}: ${files.slice(0, 3).join(', ')}${files.length > 3 ? ` and ${files.length - 3} more` : ''}`,
    help: ({ directory }) =>
      `chmod -R go-rwx ${directory}; if somebody has read ca.key, replace the certificate authority`,
  }),
  caIncomplete: rule<{ directory: string; missing: string }>('keys/ca-incomplete', {
    severity: 'error',
    message: ({ directory, missing }) => `${missing} is missing in ${directory}`,
    help: () =>
      'restore it from your backup. A new certificate authority is created in an empty directory only, and then every host needs new certificates',
  }),
};

function listed(names: readonly string[]): string {
  const more = names.length - 10;
  return names.slice(0, 10).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
