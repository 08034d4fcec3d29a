/**
 * sandbox: a GitHub of one's own, so that everything can be tried without an account. emulate gives
 * the REST routes; the strict layer here gives what makes a provider hard to integrate: tokens that
 * are refused, expire and rotate, PKCE, ETags, webhooks with GUIDs and signatures, rate headers,
 * faults on demand, and state that survives a kill.
 *
 * Invariants: listens on loopback only, delivers to loopback only, refuses to run in production;
 * shares no code, type or fixture with connectors/github, so neither can excuse the other.
 * Entered by scripts and tests only.
 */
import 'server-only';

export { ControlClient } from './control-client.ts';
export type { TrueIssue } from './control-schema.ts';
export type { FaultSettings } from './faults.ts';
export { type Sandbox, type SandboxOptions, startSandbox } from './start.ts';
