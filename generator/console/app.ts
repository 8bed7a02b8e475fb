import type { ConsoleSettings } from '../model/dashboard.ts';
import { Application } from './application.ts';
import { element } from './element.ts';
import { askJson } from './prometheus.ts';
import { startTheme } from './theme.ts';

/** The entry: reads the pages and shows the one that the address names. */
async function start(): Promise<void> {
  startTheme();
  try {
    const settings = await askJson<ConsoleSettings>('pages.json', { cache: 'no-store' });
    await new Application(settings).show();
  } catch (reason) {
    const message = reason instanceof Error ? reason.message : String(reason);
    document.body.append(
      element('p', { class: 'banner', role: 'alert' }, `The console cannot start: ${message}`),
    );
    throw reason;
  }
}

void start();
