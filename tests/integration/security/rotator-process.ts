/**
 * A process that seals anew, to be killed: `SEAL_KEYS` holds its private keys, the present one first.
 */
import { connect } from '#lib/db/index';
import { rotateWorkerKeys } from '#lib/hub/key-rotation';
import { logger } from '#lib/observability/index';
import { createOpener } from '#lib/security/open';

const [present = '', ...older] = (process.env['SEAL_KEYS'] ?? '').split(',');
const db = connect({ url: process.env['DATABASE_URL_WORKER'] ?? '', name: 'rotator', max: 2 });
rotateWorkerKeys({ db, opener: createOpener(present, ...older), log: logger('rotator', 'warn') });
