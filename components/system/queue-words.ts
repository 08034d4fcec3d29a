import { formatCount } from '@/components/ui/format-number';
import type { InstanceQueue, Workers } from '@/lib/queue/schema';
import { owedRowsShown } from '@/lib/queue/schema';

/** Counts end somewhere; the page says so. */
const counted = (count: number): string =>
  count >= owedRowsShown ? `${formatCount(owedRowsShown)}+` : formatCount(count);

/** All text of the queues. */
export const queueWords = {
  title: 'Queues',
  titleOwn: 'Owed to this workspace',
  loading: 'Reading the queues',
  failed: 'The queues could not be read',
  names: {
    command: {
      name: 'Commands',
      does: 'What somebody waits for: connecting, checking, looking up',
    },
    push: { name: 'Edits', does: 'Changes on their way to a service' },
    create: { name: 'New objects', does: 'What a service is to have and has not yet' },
    delivery: { name: 'Deliveries', does: 'Changes on their way to subscribers' },
    mail: { name: 'Mail', does: 'Invitations, links to sign in by, alerts' },
    inbox: { name: 'Webhooks', does: 'Received events that become records' },
    saga: { name: 'Step by step', does: 'Connecting, starting a stream and disconnecting' },
    refresh: { name: 'Credentials', does: 'Tokens renewed before they end' },
    webhook: { name: 'Registrations', does: 'Webhooks as they ought to stand at services' },
    poll: { name: 'Polls', does: 'Looking for what no webhook told' },
    plan: { name: 'Plans', does: 'What joining the sides of a flow would do, and doing it' },
    run: { name: 'First reads', does: 'Everything there is, page by page' },
    keepalive: { name: 'Signs of life', does: 'Connections nobody has used for long' },
  } as Record<string, { name: string; does: string } | undefined>,
  condition: {
    idle: 'nothing to do',
    working: 'works',
    behind: 'is behind',
    failing: 'something fails',
    stuck: 'is stuck',
    paused: 'rests',
  } as const satisfies Record<InstanceQueue['condition'], string>,
  due: (count: number) => `${counted(count)} due`,
  waiting: (count: number) => `${formatCount(count)} in line`,
  running: (count: number) => `${formatCount(count)} running`,
  failing: (count: number) => (count === 1 ? '1 thing fails' : `${formatCount(count)} things fail`),
  oldest: 'oldest due since',
  rests: 'Rests; what is due waits',
  since: 'since',
  mode: ({ listening, polling }: Workers): string => {
    const workers = listening + polling;
    if (workers === 0) return 'No worker has given a sign for half a minute';
    const all = workers === 1 ? '1 worker' : `${formatCount(workers)} workers`;
    if (polling === 0) return `${all}, listening: work is heard of at once`;
    const how = listening === 0 ? 'polling' : `${formatCount(polling)} of them polling`;
    return `${all}, ${how}: work is looked for four times a second`;
  },
  pause: 'Pause',
  resume: 'Resume',
  pauseOf: (name: string) => `Pause ${name}`,
  resumeOf: (name: string) => `Resume ${name}`,
  redrive: 'Try again now',
  redriveOf: (name: string) => `Try again now what fails in ${name}`,
  redriven: (count: number) =>
    count === 1 ? '1 thing is tried again' : `${formatCount(count)} things are tried again`,
  notDone: 'That was not done',
  reasons: { 'worker.died': 'workers ended while at it' } as Record<string, string | undefined>,
  reason: ({ code, keys }: { code: string; keys: number }) => `${formatCount(keys)} × ${code}`,
  nothing: 'Nothing is due and nothing fails.',
  failures: 'What keeps failing',
  attempts: (count: number) => `failed ${formatCount(count)} ${count === 1 ? 'time' : 'times'}`,
  next: 'tried again',
} as const;

export const queueName = (name: string): string => queueWords.names[name]?.name ?? name;
