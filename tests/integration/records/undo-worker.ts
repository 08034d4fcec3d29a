import { connect } from '#lib/db/index';
import { logger } from '#lib/observability/index';
import { workUndoRuns } from '#lib/records/index';

/** A worker process that takes changes back until somebody kills it. */
const url = process.env['DATABASE_URL_WORKER'];
if (url === undefined) throw new Error('Which database?');
const deps = { db: connect({ url, name: 'undo', max: 1 }), log: logger('test', 'silent') };
const rules = {
  writableFields: () => ['title', 'body', 'state', 'labels', 'assignees'],
  acceptedValues: () => null,
};
for (;;) await workUndoRuns(deps, rules);
