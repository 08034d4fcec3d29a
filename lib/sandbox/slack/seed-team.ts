import { randomBytes } from 'node:crypto';
import { between, type Chance, pick, seededChance, weighted } from '../chance.ts';
import { keyOf } from './show-message.ts';
import { newId, type SlackWorld, tsOf } from './world.ts';

const people = [
  ['mara', 'Mara Lindqvist'],
  ['sam', 'Sam Whitfield'],
  ['priya', 'Priya Raman'],
  ['tomas', 'Tomas Herrera'],
  ['ngozi', 'Ngozi Adeyemi'],
  ['henrik', 'Henrik Sørensen'],
] as const;
const channels = [
  ['general', 'Everything that concerns all', false],
  ['incidents', 'What is broken, and who is on it', false],
  ['sales', 'Orders and offers', false],
  ['random', 'The rest', false],
  ['leadership', '', true],
] as const;
/** Channels the app is invited to from the start. */
const invited: readonly string[] = ['general', 'incidents'];
const openings = [
  'Has anybody seen',
  'I have just closed',
  'Who can look at',
  'Good news about',
  'We still wait for',
  'The customer asks for',
  'Please review',
  'Reminder:',
] as const;
const things = [
  'the pump test',
  'order 4711',
  'the pressure report',
  'the new price list',
  'the release',
  'the leaking seal',
  'the dashboard',
  'the night shift plan',
] as const;
const endings = [
  '?',
  '. Thanks!',
  ' by tomorrow.',
  ', it looks fine now.',
  ' :eyes:',
  ' — details in the thread.',
] as const;
const answers = [
  'On it.',
  'Done, please check.',
  'I will ask them.',
  'Not before Thursday.',
  'Thank you!',
  'Looks good to me.',
] as const;
const faces = ['thumbsup', 'eyes', 'tada', 'heart', 'white_check_mark'] as const;
const daysBack = 60;

/** A workspace with people, channels and two months of talk. */
export function seedTeam(world: SlackWorld): void {
  const { random, messages } = world.settings.seed;
  const chance = seededChance(random);
  const created = Math.floor(world.clock.now() / 1_000) - daysBack * 86_400;
  const ids = people.map(([name, realName], at) => {
    const key = `U0PERSON${at}A`;
    world.tables.people.insert({ key, name, realName, clientId: null });
    return key;
  });
  for (const [at, [name, topic, isPrivate]] of channels.entries()) {
    const key = `C0CHANNEL${at}`;
    const members = isPrivate ? ids.slice(0, 2) : ids;
    const row = { key, name, topic, isPrivate, isArchived: false, members, created };
    world.tables.channels.insert(row);
  }
  talk(world, chance, ids, messages);
}

/** Every app that is registered has a bot and a secret of its own; asked again it changes nothing. */
export function seedApps(world: SlackWorld): void {
  const { tables } = world;
  for (const { clientId, name } of world.registered) {
    if (tables.apps.findOneBy('clientId', clientId)) continue;
    const botUser = newId('U');
    tables.people.insert({
      key: botUser,
      name: name.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
      realName: name,
      clientId,
    });
    tables.apps.insert({
      clientId,
      appId: newId('A'),
      botUser,
      botId: newId('B'),
      signingSecret: randomBytes(16).toString('hex'),
      requestUrl: null,
    });
    for (const channel of tables.channels.all()) {
      if (!invited.includes(channel.name)) continue;
      tables.channels.update(channel.id, { members: [...channel.members, botUser] });
    }
  }
}

function talk(world: SlackWorld, chance: Chance, ids: string[], count: number): void {
  const end = world.clock.now() * 1_000 - 7_200_000_000;
  const times = Array.from(
    { length: count },
    () => Math.floor(end) - between(chance, 0, daysBack * 86_400 - 1) * 1_000_000,
  ).sort((a, b) => a - b);
  /** Messages people come back to: one in eight. */
  const talked: { channel: string; ts: string }[] = [];
  const places = [
    ['C0CHANNEL0', 55],
    ['C0CHANNEL1', 25],
    ['C0CHANNEL2', 12],
    ['C0CHANNEL3', 8],
  ] as const;
  for (const [at, micros] of times.entries()) {
    const ts = tsOf(micros + at);
    const first = talked.length > 0 && chance() < 0.2 ? pick(chance, talked.slice(-4)) : null;
    const channel = first?.channel ?? weighted(chance, places);
    const user = pick(chance, ids);
    world.tables.messages.insert({
      key: keyOf(channel, ts),
      channel,
      ts,
      user,
      text: first
        ? pick(chance, answers)
        : `${pick(chance, openings)} ${pick(chance, things)}${pick(chance, endings)}`,
      thread: first?.ts ?? null,
      editedTs: chance() < 0.04 ? tsOf((Math.floor(micros / 1_000_000) + 90) * 1_000_000) : null,
      reactions:
        chance() < 0.15
          ? [
              {
                name: pick(chance, faces),
                users: [...new Set([pick(chance, ids), pick(chance, ids)])],
              },
            ]
          : [],
    });
    if (!first && at % 8 === 0) talked.push({ channel, ts });
  }
}
