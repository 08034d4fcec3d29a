import { DeliveryLanes } from '../delivery-lanes.ts';
import { Faults } from '../faults.ts';
import { Journal } from '../journal.ts';
import { type DoubleModule, type DoubleParts, mountOf } from '../provider-double.ts';
import { answerApi } from './answer-api.ts';
import { createCallWindow } from './call-window.ts';
import { seedObjects } from './seed-objects.ts';
import { createStripeControl } from './stripe-control.ts';
import { stripeFault } from './stripe-fault.ts';
import { createStripePages } from './stripe-pages.ts';
import { createStore, type StripeWorld, settingsSchema } from './world.ts';

const name = 'stripe';
const apiPath = `${mountOf(name)}/api`;

/**
 * The Stripe of the sandbox: one account in test mode. It refuses what Stripe refuses (keys, versions,
 * parameters it does not know), keeps answers under idempotency keys, and tells of every change by an
 * event in the list and by a signed webhook that is sent until it is taken.
 */
export const stripeDouble: DoubleModule = {
  name,
  async start(parts) {
    const faults = new Faults();
    const world = createWorld(parts, faults);
    const journal = new Journal(parts.dataDir, world.store);
    await journal.open(() => seedObjects(world));
    const control = createStripeControl({
      world,
      faults,
      reset: async () => {
        faults.clear();
        world.store.clear();
        seedObjects(world);
        await journal.flush();
      },
    });
    const pages = createStripePages(world);
    return {
      name,
      title: 'Stripe',
      summary: 'An account in test mode with customers and payments; its key is on the first page.',
      faults,
      faultResponse: stripeFault,
      async answer(request) {
        const url = new URL(request.url);
        if (!url.pathname.startsWith(`${apiPath}/`)) return pages.fetch(request);
        return answerApi(world, {
          method: request.method,
          path: url.pathname.slice(apiPath.length),
          query: url.searchParams,
          headers: request.headers,
          body: await request.text(),
        });
      },
      control: (request) => control.fetch(request),
      async close() {
        await world.lanes.close();
        await journal.close();
      },
    };
  },
};

function createWorld(parts: DoubleParts, faults: Faults): StripeWorld {
  const settings = settingsSchema.parse(parts.settings);
  return {
    clock: parts.clock,
    ...createStore(parts.clock),
    lanes: new DeliveryLanes(faults),
    settings,
    account: 'acct_1NorthwindPumps00',
    take: createCallWindow(parts.clock, settings.callsPerSecond),
  };
}
