import type { HostIp } from './brand.ts';
import type { SignedSource } from './lock.ts';
import type { Place } from './origin.ts';
import type { SecretRef, Secrets } from './secret.ts';

/** The root directory of an unpacked image on the node, by image name. */
export type ImageRef = { readonly $image: string };

/** The data of a plan: JSON, and references to secrets and images. */
export type PlanData =
  | string
  | number
  | boolean
  | null
  | SecretRef
  | ImageRef
  | readonly PlanData[]
  | { readonly [key: string]: PlanData };

/** The source of a file's text: a template with a view, structured data for a writer, plain lines, or a key pair. */
export type FileSource =
  | { readonly kind: 'template'; readonly template: string; readonly view: View }
  | { readonly kind: 'yaml'; readonly data: PlanData; readonly comment?: string }
  | { readonly kind: 'ini'; readonly sections: IniSections; readonly comment?: string }
  | { readonly kind: 'text'; readonly lines: readonly (string | SecretRef | SshKeyRef)[] }
  | { readonly kind: 'certificate'; readonly certificate: string; readonly part: 'key' | 'crt' }
  | { readonly kind: 'ca' }
  /** The CA's list of revoked certificates. */
  | { readonly kind: 'revocations' }
  /** The private key. */
  | { readonly kind: 'ssh-key'; readonly name: string }
  /** A finished file of the compiler, by its name in dist/console/ (docs/bundle.md). */
  | { readonly kind: 'asset'; readonly asset: string }
  /** Text that a node computes when the bundle is activated: the template is a shell script that prints it. */
  | { readonly kind: 'measured'; readonly template: string; readonly view: View };

/** The line of authorized_keys for a key, after `options` (sshd(8)). */
export type SshKeyRef = { readonly $sshKey: string; readonly options: string };

/** The input of a template. Modules build views with named types; a plan contains them as data. */
export type View = { readonly [key: string]: PlanData };

export type IniSections = readonly {
  readonly name: string;
  /** A pair, or a complete line. */
  readonly entries: readonly (readonly [string, string | number | SecretRef] | string)[];
}[];

/**
 * One file of a generation. `path` is relative to it (`etc/haproxy/haproxy.cfg`); `link` is its fixed path on the
 * host, if it needs one. Root owns every file: services cannot change their configuration. `group` is a name in
 * {@link HostPlan.users} or root; a file with secrets has mode 0640.
 */
export type FilePlan = {
  readonly path: string;
  readonly mode: number;
  readonly group: string;
  readonly source: FileSource;
  readonly link?: string;
  /** Of a service unit: what every line of it has in the journal (stages/log-labels.ts). */
  readonly labels?: LogLabels;
};

/** Fields of lines in the journal, named and filled like the labels of metrics: module, cluster, instance, address. */
export type LogLabels = {
  readonly JOB: string;
  readonly CLS: string;
  readonly INS: string;
  readonly IP: string;
};

export type UserPlan = {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
  readonly gecos: string;
  readonly groups: readonly string[];
};

/** A directory of state or run time; `state` is set for state, which survives every generation and has a marker file. */
export type DirectoryPlan = {
  readonly path: string;
  readonly mode: number;
  readonly owner: string;
  readonly group: string;
  readonly state?: string;
  readonly writer?: StateWriter;
};

/**
 * The package whose version, up to `components` numbers of it, decides whether a program can read the state: an older one
 * may be unable to read what a newer one has written.
 */
export type StateWriter = { readonly image: string; readonly package: string; readonly components: number };

/** A symbolic link outside the generation, created by tmpfiles: `/pg` -> `/data/postgres/pg-meta-17`. */
export type LinkPlan = { readonly path: string; readonly target: string };

/** An image as one host uses it: `recipe` with its arguments; equal arguments give the same image on every host. */
export type ImageUse = {
  readonly name: string;
  readonly recipe: string;
  /** The distribution release of its packages. Other images of the same host may have a different one. */
  readonly platform: string;
  readonly arguments: Readonly<Record<string, string>>;
  /** Packages in addition to the recipe's, each with the parameter that requests it. */
  readonly packages: readonly { readonly name: string; readonly askedBy: string; readonly place?: Place }[];
  /** The files that it must have because of this use. */
  readonly needs?: readonly ImageNeed[];
};

/** A file that an image must have: its path, what it is for people, and what asks for it. */
export type ImageNeed = { readonly path: string; readonly name: string; readonly place?: Place };

/** An image as a module names it; without a platform, `image_platforms` or `image_platform` decides. */
export type ModuleImage = Omit<ImageUse, 'platform'> & Partial<Pick<ImageUse, 'platform'>>;

/**
 * A systemd unit. `restartOn` and `reloadOn` are paths of files of the generation: a change in the first restarts
 * it, in the second reloads it. `after` orders activation among our own units. The unit's own text and its image
 * always belong to `restartOn`; to `reloadOn` with `isOnlyReloaded`, for a unit that must not stop in between.
 */
export type UnitPlan = {
  readonly name: string;
  readonly file: string;
  readonly image?: string;
  readonly restartOn: readonly string[];
  readonly reloadOn: readonly string[];
  readonly isOnlyReloaded?: boolean;
  readonly after: readonly string[];
  /** `start`: run by pigsty.target. `timer`: likewise, a timer. `rerun`: a one-shot that runs again when it changes. `none`: only installed. */
  readonly activation: 'start' | 'timer' | 'rerun' | 'none';
  /** The budget for `systemd-analyze security`; above 3.0 the reason is given at the unit. */
  readonly exposure?: number;
};

export type PortUse = {
  readonly port: number;
  /** 0.0.0.0 for all addresses of the host. */
  readonly addresses: readonly string[];
  readonly unit: string;
  readonly parameter: string;
  readonly place?: Place;
  /** Whether the unit may listen on a port below 1024. */
  readonly mayBePrivileged?: boolean;
};

/** A health check of a module. The agent runs it on the node until it succeeds or `timeoutSeconds` pass. */
export type HealthCheck = {
  readonly name: string;
  /** Path of the script in the generation. */
  readonly script: string;
  readonly timeoutSeconds: number;
  /** Path of a script that prints the settings that wait for a restart: `<unit> <setting> <old> -> <new>`. */
  readonly report?: string;
};

export type CertificatePlan = {
  readonly name: string;
  /** Without one, etcd takes the certificate for no user of its own. */
  readonly commonName?: string;
  readonly organizationalUnit: string;
  readonly names: readonly string[];
  readonly addresses: readonly string[];
};

export type HostPlan = {
  readonly ip: HostIp;
  readonly name: string;
  /** Whether the system's own host name becomes `name`. */
  readonly setsHostName: boolean;
  readonly os: string;
  /** A zone of the host's zoneinfo, or empty to leave the host's own. */
  readonly timezone: string;
  readonly images: readonly ImageUse[];
  readonly users: readonly UserPlan[];
  readonly directories: readonly DirectoryPlan[];
  readonly links: readonly LinkPlan[];
  readonly files: readonly FilePlan[];
  readonly units: readonly UnitPlan[];
  readonly ports: readonly PortUse[];
  readonly checks: readonly HealthCheck[];
  readonly certificates: readonly CertificatePlan[];
  /** Keys that the hosts of a group share. */
  readonly sshKeys: readonly { readonly name: string }[];
};

/**
 * Maximum write outage of a cluster: `seconds` of the promise, and of the worst case of each failure. And the committed
 * data that a failover can lose: `lostBytes`, and the commits of the last `lostSeconds`. After the loss of an `unprotected`
 * host, nothing is written before it is back.
 */
export type RecoveryPromise = {
  readonly kind: 'recovery';
  readonly cluster: string;
  readonly seconds: number;
  readonly lostBytes: number;
  readonly lostSeconds: number;
  readonly worstCases: readonly { readonly failure: string; readonly seconds: number }[];
  readonly unprotected: readonly HostIp[];
};

/** The number of members of the configuration store, and how many of them can fail. */
export type QuorumPromise = {
  readonly kind: 'quorum';
  readonly cluster: string;
  readonly members: number;
  readonly spare: number;
};

/** How hosts of a group are protected from other networks: `node_firewall_mode`. */
export type FirewallPromise = {
  readonly kind: 'firewall';
  readonly cluster: string;
  readonly mode: 'off' | 'none' | 'plan' | 'zone';
};

export type SitePromise = RecoveryPromise | QuorumPromise | FirewallPromise;

/** One of the two definitions of a clash; `item` and `leaf` as `explain` names them. */
export type ClashSide = {
  /** Undefined: the parts that every host has. */
  readonly module: string | undefined;
  readonly item: string;
  readonly leaf: string | undefined;
};

/** A thing of a host (`file`, `unit`, `user`, `path` …) that two parts of its plan define differently. */
export type Clash = {
  readonly ip: HostIp;
  readonly what: string;
  readonly name: string;
  readonly sides: readonly [ClashSide, ClashSide];
};

/** A directory at a path that it cannot have; its own side of the plan is first, then that of what is in its way. */
export type Misplaced = {
  readonly ip: HostIp;
  readonly path: string;
  readonly sides: readonly ClashSide[];
} & (
  | { readonly kind: 'system'; readonly reason: string }
  /** At or below a link of the plan. */
  | { readonly kind: 'link'; readonly link: string }
  /** State at or below `outer`, which is for something else: `purposes` of both. */
  | { readonly kind: 'state'; readonly outer: string; readonly purposes: readonly [string, string] }
);

/** A host's plan with what is needed to render it; secrets are not part of the plan, because it is printable. */
export type PlannedHost = {
  readonly plan: HostPlan;
  readonly secrets: Secrets;
  readonly clashes: readonly Clash[];
  readonly misplaced: readonly Misplaced[];
};

export type SitePlan = {
  readonly site: string;
  /** In the order of the site. Each iteration plans them again, because thousands of plans need too much memory. */
  readonly hosts: Iterable<PlannedHost>;
  /** The images that hosts use, known without planning a host. */
  readonly images: Iterable<ImageUse>;
  readonly promises: readonly SitePromise[];
  /** Archives of packages beyond those of the images' platforms. */
  readonly sources: readonly SignedSource[];
};
