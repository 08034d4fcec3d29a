import { rmSync } from 'node:fs';
import { shareHub, startHub } from './hub.ts';
import { startTicketService } from './ticket-service.ts';

export default async function setup(): Promise<() => Promise<void>> {
  const tickets = await startTicketService();
  // Services of the operator's own stand on this machine here, so they have to be allowed by name.
  const hub = await startHub({ env: { OUTGOING_ALLOW: new URL(tickets.url).host } });
  const unshare = shareHub(hub, { tickets: tickets.url });
  return async () => {
    await hub.stop();
    unshare();
    await tickets.stop();
    rmSync(hub.stateDir, { recursive: true, force: true });
  };
}
