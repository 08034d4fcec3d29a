/**
 * A Linear of one's own: OAuth with rotating refresh tokens, the GraphQL API checked against a schema,
 * meters for requests and complexity, signed webhooks with retries, and pages for people.
 *
 * Invariant: shares no code, type or fixture with connectors/linear, so neither can excuse the other.
 */
import { Faults } from '../faults.ts';
import { Journal } from '../journal.ts';
import type { DoubleModule } from '../provider-double.ts';
import { linearActivity } from './activity.ts';
import { ConsentCodes } from './consent-codes.ts';
import { createLinearControl } from './control.ts';
import { faultAnswer } from './fault-answer.ts';
import { Meters } from './meters.ts';
import { seedLinear } from './seed.ts';
import { linearSettingsSchema } from './settings.ts';
import { declareLinearTables, openStore } from './tables.ts';
import { createLinearWeb } from './web.ts';
import { WebhookSender } from './webhook-sender.ts';
import { type LinearWorld, mount } from './world.ts';

export const linearDouble: DoubleModule = {
  name: 'linear',
  async start({ clock, dataDir, apps, settings }) {
    const store = openStore(clock);
    const faults = new Faults();
    const world: LinearWorld = {
      clock,
      apps,
      settings: linearSettingsSchema.parse(settings),
      store,
      tables: declareLinearTables(store),
      codes: new ConsentCodes(clock),
      faults,
      meters: new Meters(clock),
      sender: new WebhookSender(faults),
      at: { origin: 'http://127.0.0.1', publicOrigin: 'http://127.0.0.1' },
    };
    const journal = new Journal(dataDir, store);
    await journal.open(() => seedLinear(world));
    const web = createLinearWeb(world);
    const activity = linearActivity(world);
    const control = createLinearControl(world, activity, async () => {
      activity.stop();
      faults.clear();
      world.codes.clear();
      world.meters.clear();
      store.clear();
      seedLinear(world);
      await journal.flush();
    });
    return {
      name: 'linear',
      title: 'Linear',
      summary: 'Teams with issues, states, labels and due dates.',
      faults,
      answer: (request, at) => web.fetch(onePath(request), { at }),
      control: (request) => control.fetch(request),
      faultResponse: faultAnswer,
      started(at) {
        world.at = at;
      },
      async close() {
        await activity.close();
        await world.sender.close();
        await journal.close();
      },
    };
  },
};

/** Pages answer to one spelling of their address. */
function onePath(request: Request): Request {
  const url = new URL(request.url);
  return url.pathname === `${mount}/` ? new Request(new URL(mount, url), request) : request;
}
