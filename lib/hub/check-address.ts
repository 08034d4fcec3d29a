import { z } from 'zod';
import type { CommandKind } from '#lib/connections/index';
import { isHubError, type JsonObject } from '#lib/core/index';
import type { Outgoing } from '#lib/security/index';

export const checkAddressCommand = 'delivery.check_address';
const asked = z.object({ url: z.string().max(8_192) });
const said = z.object({ fault: z.string().nullable() });

/** What the guard says of an address. The worker is asked, because it alone knows what the operator allows. */
export function checkAddress(outgoing: Outgoing): CommandKind {
  return {
    isForWaiting: true,
    run: (command) => {
      try {
        outgoing.check(asked.parse(command.payload).url);
        return Promise.resolve({ fault: null });
      } catch (error) {
        if (!isHubError(error)) throw error;
        return Promise.resolve({ fault: error.message });
      }
    },
  };
}

export const readCheckedAddress = (reply: JsonObject): string | null => said.parse(reply).fault;
