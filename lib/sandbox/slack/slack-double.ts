import { AuthorizationCodes } from '../authorization-codes.ts';
import { DeliveryLanes } from '../delivery-lanes.ts';
import { Faults } from '../faults.ts';
import { Journal } from '../journal.ts';
import type { DoubleModule, DoubleParts } from '../provider-double.ts';
import { answerApi } from './answer-api.ts';
import { createCallWindow } from './call-window.ts';
import { seedApps, seedTeam } from './seed-team.ts';
import { createSlackControl } from './slack-control.ts';
import { slackFault } from './slack-fault.ts';
import { createSlackPages } from './slack-pages.ts';
import { createStore, createTsClock, mount, type SlackWorld, settingsSchema } from './world.ts';

/**
 * The Slack of the sandbox: one workspace. Apps are installed by OAuth, act as bots, read only the
 * channels they were invited to, and hear of everything there by signed events that are sent again
 * until they are taken.
 */
export const slackDouble: DoubleModule = {
  name: 'slack',
  async start(parts) {
    const faults = new Faults();
    const world = createWorld(parts, faults);
    const journal = new Journal(parts.dataDir, world.store);
    await journal.open(() => seedTeam(world));
    seedApps(world);
    const control = createSlackControl({
      world,
      faults,
      reset: async () => {
        faults.clear();
        world.store.clear();
        seedTeam(world);
        seedApps(world);
        await journal.flush();
      },
    });
    const pages = createSlackPages(world);
    return {
      name: 'slack',
      title: 'Slack',
      summary: 'A workspace with channels where people talk; apps are set up there as well.',
      faults,
      faultResponse: slackFault,
      async answer(request, at) {
        const url = new URL(request.url);
        const [, name] = /\/api\/([\w.]+)$/.exec(url.pathname) ?? [];
        world.pagesUrl = `${at.publicOrigin}${mount}`;
        if (name === undefined) return pages.fetch(request);
        const { method, headers } = request;
        const body = await request.text();
        return answerApi(world, { method, name, query: url.searchParams, headers, body });
      },
      control: (request) => control.fetch(request),
      started: (at) => {
        world.pagesUrl = `${at.publicOrigin}${mount}`;
      },
      async close() {
        await world.lanes.close();
        await journal.close();
      },
    };
  },
};

function createWorld(parts: DoubleParts, faults: Faults): SlackWorld {
  const settings = settingsSchema.parse(parts.settings);
  return {
    clock: parts.clock,
    ...createStore(parts.clock),
    lanes: new DeliveryLanes(faults),
    codes: new AuthorizationCodes(parts.clock),
    settings,
    registered: parts.apps,
    pagesUrl: mount,
    take: createCallWindow(parts.clock, settings.callsPerMinute),
    nextTs: createTsClock(parts.clock),
  };
}
