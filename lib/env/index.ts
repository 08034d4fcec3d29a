/**
 * env: the only reader of process.env. Each process parses exactly the settings it needs and
 * refuses to start with one sentence per wrong setting; no value is ever echoed, only its name.
 */
export type { LimitsEnv } from './every-process.ts';
export { type GatewayEnv, gatewayEnv } from './gateway.ts';
export { refuseHalfMail, workerMailEnv } from './mail.ts';
export { letNextAuthTakeOurOrigin } from './next-auth.ts';
export { isNodeRuntime, pageEnv, sentryEnv } from './page.ts';
export { type WebEnv, webEnv } from './web.ts';
export { type WorkerEnv, workerEnv } from './worker.ts';
