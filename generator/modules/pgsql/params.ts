import type { ParameterTable } from '../../model/parameter.ts';
import { bootstrap } from './params/bootstrap.ts';
import { business, identity, install } from './params/cluster.ts';
import { backup, exporter, provision, service } from './params/service.ts';

export const pgsqlParameters: ParameterTable = {
  module: 'pgsql',
  rows: [
    ...identity,
    ...business,
    ...install,
    ...bootstrap,
    ...provision,
    ...backup,
    ...service,
    ...exporter,
  ],
};
