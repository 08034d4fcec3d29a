import type { Edge } from './edges.ts';

/**
 * The house as data: which room may enter which. `schema` stands for the client-safe schema.ts of
 * any room. A room may always enter itself; rooms are entered by their doors.
 */
export const mayEnter: Record<string, readonly string[]> = {
  core: [],
  kinds: ['core'],
  env: ['core'],
  db: ['core', 'env'],
  observability: ['core', 'env'],
  resilience: ['core', 'env', 'db', 'observability'],
  security: ['core', 'env', 'db', 'observability'],
  // What a mail says may let its reader in, so it is sealed; API-key services are called by the guard.
  mail: ['core', 'db', 'observability', 'security'],
  queue: ['core', 'env', 'db', 'observability'],
  sagas: ['core', 'db', 'observability', 'queue'],
  'connectors/protocol': ['core', 'kinds'],
  'connectors/*': ['core', 'kinds', 'connectors/protocol'],
  identity: ['core', 'kinds', 'db', 'observability', 'security', 'resilience', 'mail'],
  records: ['core', 'kinds', 'db', 'observability', 'security', 'resilience'],
  realtime: ['core', 'kinds', 'db', 'observability', 'security', 'resilience'],
  connections: [
    'core',
    'db',
    'observability',
    'security',
    'queue',
    'resilience',
    'identity',
    'connectors/protocol',
  ],
  webhooks: [
    'core',
    'db',
    'observability',
    'security',
    'queue',
    'resilience',
    'connectors/protocol',
    'connections',
  ],
  sync: [
    'core',
    'kinds',
    'db',
    'observability',
    'resilience',
    'queue',
    'connectors/protocol',
    'connections',
    'records',
  ],
  flows: ['core', 'kinds', 'db', 'observability', 'connectors/protocol', 'records', 'sync'],
  delivery: [
    'core',
    'kinds',
    'db',
    'observability',
    'resilience',
    'security',
    'queue',
    'identity',
    'records',
    'mail',
  ],
  live: ['core', 'kinds', 'schema'],
  sandbox: ['core'],
  hub: ['*'],
  api: ['hub', 'core', 'identity', 'resilience', 'observability', 'schema'],
  app: [
    'api',
    'hub',
    'identity',
    'live',
    'components',
    'core',
    'kinds',
    'env',
    'observability',
    'schema',
  ],
  components: ['components', 'live', 'core', 'kinds', 'schema'],
  top: ['hub', 'identity', 'env', 'observability'],
};

/** Rooms the composition root has no business in. */
const closedToHub = new Set(['api', 'app', 'components', 'live', 'sandbox']);

/** Entrances beside index.ts and schema.ts. */
const doors = [
  /^lib\/[a-z]+\/(index|schema)\.ts$/,
  /^lib\/connectors\/[a-z-]+\/(index|api)\.ts$/,
  /^lib\/security\/(open|open-webhook-secret|kms)\.ts$/,
  /^lib\/mail\/worker\.ts$/,
  /^lib\/sync\/(merge|lens)\/index\.ts$/,
  /^lib\/hub\/(web|worker|gateway)\.ts$/,
];

/** What web and gateway must never reach, however long the way. */
export const unreachable: readonly { from: RegExp; to: RegExp; why: string }[] = [
  {
    from: /^lib\/hub\/web\.ts$|^app\/|^components\/|^lib\/api\//,
    to: /^lib\/security\/open\.ts$/,
    why: 'the web process can seal a credential and cannot open one',
  },
  {
    from: /^lib\/hub\/(web|gateway|gateway-main)\.ts$|^app\/|^lib\/api\//,
    to: /^lib\/connectors\/[a-z-]+\/api\.ts$/,
    why: 'only the worker calls providers',
  },
  {
    from: /^lib\/hub\/gateway(-main)?\.ts$/,
    to: /^lib\/security\/open\.ts$/,
    why: 'the gateway opens webhook secrets only',
  },
  {
    from: /^lib\/hub\/(web|gateway|gateway-main)\.ts$|^app\/|^components\/|^lib\/api\//,
    to: /^lib\/mail\/worker\.ts$/,
    why: 'only the worker holds what mail is sent with',
  },
  {
    from: /^lib\/(?!sandbox)|^app\/|^components\//,
    to: /^lib\/sandbox\//,
    why: 'the sandbox is entered by scripts and tests only',
  },
  {
    from: /^components\//,
    to: /^lib\/(db|env|queue|security|resilience|observability)\/(?!schema\.ts$)/,
    why: 'nothing of the server reaches the browser',
  },
];

export function roomOf(file: string): string | null {
  const connector = /^lib\/connectors\/([a-z-]+)\//.exec(file);
  if (connector)
    return connector[1] === 'protocol' ? 'connectors/protocol' : `connectors/${connector[1]}`;
  const room = /^lib\/([a-z]+)\//.exec(file);
  if (room) return room[1] ?? null;
  if (file.startsWith('app/')) return 'app';
  if (file.startsWith('components/')) return 'components';
  if (/^(middleware|instrumentation|instrumentation-client)\.ts$/.test(file)) return 'top';
  return null;
}

const rowFor = (room: string): readonly string[] | undefined =>
  mayEnter[room] ?? (room.startsWith('connectors/') ? mayEnter['connectors/*'] : undefined);

/** Sentences about edges that break the table or pass by a door. */
export function trespasses(edges: readonly Edge[]): string[] {
  return edges.flatMap(({ from, to }) => {
    const here = roomOf(from);
    const there = roomOf(to);
    if (/^[@#]/.test(to) && !to.startsWith('@'))
      return [`${from} imports ${to}, which does not exist`];
    if (!here || !there || here === there) return [];
    const row = rowFor(here);
    if (!row) return [`${from}: the room ${here} is not in the table`];
    const isSchema = /^lib\/[a-z]+\/schema\.ts$/.test(to) && row.includes('schema');
    const isAllowed =
      isSchema || (row.includes('*') ? !closedToHub.has(there) : row.includes(there));
    if (!isAllowed) return [`${from} enters ${there}, which ${here} may not`];
    if (to.startsWith('lib/') && !doors.some((door) => door.test(to))) {
      return [`${from} enters ${there} by ${to} and not by its door`];
    }
    return [];
  });
}

/** Files reachable from those matching `start`, over any number of imports. */
function reach(edges: readonly Edge[], start: RegExp): Map<string, string[]> {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const found = new Map<string, string[]>();
  const queue = [...next.keys()].filter((file) => start.test(file)).map((file) => [file]);
  for (let at = queue.shift(); at; at = queue.shift()) {
    const file = at.at(-1) ?? '';
    if (found.has(file)) continue;
    found.set(file, at);
    for (const to of next.get(file) ?? []) if (!found.has(to)) queue.push([...at, to]);
  }
  return found;
}

export function forbiddenReach(edges: readonly Edge[]): string[] {
  return unreachable.flatMap(({ from, to, why }) =>
    [...reach(edges, from)]
      .filter(([file]) => to.test(file))
      .map(([, path]) => `${path.join(' → ')}: ${why}`),
  );
}

/** Cycles between rooms, each named once. */
export function roomCycles(edges: readonly Edge[]): string[] {
  const rooms = edges.flatMap(({ from, to }) => {
    const here = roomOf(from);
    const there = roomOf(to);
    return here && there && here !== there && !to.endsWith('/schema.ts')
      ? [{ from: here, to: there }]
      : [];
  });
  const cycles = new Set<string>();
  for (const room of new Set(rooms.map((edge) => edge.from))) {
    const path = rooms
      .filter((edge) => edge.from === room)
      .map((edge) => reach(rooms, new RegExp(`^${edge.to}$`)).get(room))
      .find(Boolean);
    if (path) cycles.add([...path].sort().join(' ↔ '));
  }
  return [...cycles];
}
