import { rmSync } from 'node:fs';
import { shareHub, startHub } from './hub.ts';

export default async function setup(): Promise<() => Promise<void>> {
  const hub = await startHub();
  const unshare = shareHub(hub);
  return async () => {
    await hub.stop();
    unshare();
    rmSync(hub.stateDir, { recursive: true, force: true });
  };
}
