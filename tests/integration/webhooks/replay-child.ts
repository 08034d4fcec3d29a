/** A worker that does nothing but replay, to be killed at any moment. Its argument is the database. */
import { connect } from '#lib/db/index';
import { workReplays } from '#lib/webhooks/index';

const db = connect({ url: process.argv[2] ?? '', name: 'test-replay-child', max: 1 });
for (;;) await workReplays(db);
