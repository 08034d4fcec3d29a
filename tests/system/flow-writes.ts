import type { FlowCase } from './flow-case.ts';

/** Requests the sandbox keeps; more of them would be too many to count. */
const keptRequests = 1_000;

/** Counts what clients write at the services, by what the services themselves saw. */
export async function countWrites({
  sandbox,
  linear,
}: Pick<FlowCase, 'sandbox' | 'linear'>): Promise<() => Promise<number>> {
  const mutations = async () => Number((await linear.status())['mutations']);
  await sandbox.clearRequests();
  const before = await mutations();
  return async () => {
    const requests = await sandbox.requests();
    if (requests.length >= keptRequests) throw new Error('There were more requests than are kept');
    const writes = requests.filter(
      ({ method, path }) =>
        path.startsWith('/sandbox/github/') && /\/issues/.test(path) && method !== 'GET',
    );
    return writes.length + (await mutations()) - before;
  };
}
