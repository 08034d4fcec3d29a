import { rmSync } from 'node:fs';
import { ControlClient } from '#lib/sandbox/index';
import { type RunningHub, startHub } from '../e2e/hub.ts';
import { type Kept, owner, Person, repo } from './person.ts';
import { differences } from './truth.ts';
import { eventually } from './waiting.ts';

const equalDeadlineMs = 30_000;

/** A hub of a test file's own, its sandbox and the person who owns it. */
export interface HubCase {
  hub: RunningHub;
  sandbox: ControlClient;
  person: Person;
}

export const controlOf = (hub: RunningHub): ControlClient =>
  new ControlClient(new URL(hub.sandbox.url).origin, hub.sandbox.controlToken);

export async function openCase(): Promise<HubCase> {
  const hub = await startHub();
  return { hub, sandbox: controlOf(hub), person: await Person.signIn(hub.origin) };
}

/** With the repository connected and everything of it here. */
export async function openLiveCase(): Promise<HubCase & Kept> {
  const opened = await openCase();
  const kept = await opened.person.keepInStep();
  await opened.person.untilLive(kept);
  return { ...opened, ...kept };
}

export async function closeCase({ hub }: Pick<HubCase, 'hub'>): Promise<void> {
  await hub.stop();
  rmSync(hub.stateDir, { recursive: true, force: true });
}

/** Waits until the copy equals the service field by field; says what still differs when it does not. */
export async function untilEqual(
  { person, sandbox }: Pick<HubCase, 'person' | 'sandbox'>,
  deadlineMs = equalDeadlineMs,
): Promise<void> {
  await eventually(
    'the copy equals GitHub field by field',
    async () => {
      const found = differences(await person.records(), await sandbox.issues(repo), repo);
      if (found.length > 0) throw new Error(found.slice(0, 10).join('\n'));
      return true;
    },
    deadlineMs,
  );
}

/** A change of one issue as a colleague makes it in GitHub. */
export async function editInGitHub(
  sandbox: ControlClient,
  number: number,
  body: Record<string, string>,
): Promise<void> {
  const path = `/repos/${repo}/issues/${number}`;
  const { status } = await sandbox.act({ as: owner, method: 'PATCH', path, body });
  if (status !== 200) throw new Error(`GitHub answered ${status} to ${JSON.stringify(body)}`);
}
