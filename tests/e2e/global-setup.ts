import { rmSync } from 'node:fs';
import { shareHub, startHub } from './hub.ts';
import { startListener } from './listener.ts';
import { startTicketService } from './ticket-service.ts';

export default async function setup(): Promise<() => Promise<void>> {
  const [tickets, listener] = await Promise.all([startTicketService(), startListener()]);
  // Services of the operator's own stand on this machine here, so they have to be allowed by name.
  const allowed = [tickets, listener].map(({ url }) => new URL(url).host).join(',');
  const hub = await startHub({ env: { OUTGOING_ALLOW: allowed } });
  const unshare = shareHub(hub, { tickets: tickets.url, listener: listener.url });
  return async () => {
    await hub.stop();
    unshare();
    await Promise.all([tickets.stop(), listener.stop()]);
    rmSync(hub.stateDir, { recursive: true, force: true });
  };
}
