const app = { name: 'app', password: 'App.1' };
const late = { name: 'late', password: 'Late.1' };
const main = { name: 'main', owner: 'app' };
const fresh = { name: 'fresh', owner: 'app' };
const asked = {
  late: "select rolcanlogin from pg_roles where rolname = 'late'",
  never: "select count(*) from pg_roles where rolname = 'never'",
  fresh: "select count(*) from pg_database where datname = 'fresh'",
};

/** A host with an older declaration becomes primary, or goes back to an older generation. */
export const outdatedSteps = {
  newest: { number: 5, users: [app, late], databases: [main, fresh], ask: asked },
  older: {
    number: 4,
    users: [
      { ...app, password: 'App.0' },
      { name: 'never', password: 'Never.1' },
    ],
    databases: [main, { name: 'fresh', state: 'absent', drop: true }],
    ask: asked,
  },
  withoutLate: { number: 6, users: [app], databases: [main, fresh], ask: asked },
  olderAgain: { number: 5, users: [app, late], databases: [main, fresh], ask: asked },
};
