import type { FilePlan, ImageRef, View } from '../model/plan.ts';

/** View of units/shared/root-command.ejs. `binds` are host directories that the program sees, writable. */
export type RootCommandView = {
  readonly root: ImageRef;
  readonly user: string;
  readonly program: string;
  readonly binds: readonly string[];
  readonly environment: readonly string[];
};

/** A command for root at /usr/local/bin/<name>: it runs in the image by systemd-run, which supports RootDirectory. */
export function rootCommand(name: string, view: RootCommandView): FilePlan {
  return commandFile(name, 'shared/root-command.ejs', view);
}

/** /usr/local/bin/<name>, from a template with the name in its view. */
export function commandFile(name: string, template: string, view: View): FilePlan {
  return {
    path: `bin/${name}`,
    mode: 0o755,
    group: 'root',
    link: `/usr/local/bin/${name}`,
    source: { kind: 'template', template, view: { name, ...view } },
  };
}
