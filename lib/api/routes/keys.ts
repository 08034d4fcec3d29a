import { keyClassStateSchema } from '#lib/security/schema';
import { route } from '../contract.ts';
import { listOf } from '../shapes.ts';

export const keyRoutes = [
  route(
    {
      id: 'listKeys',
      tag: 'hub',
      summary:
        'The sealing keys of this installation by name, what is sealed to each, and rotations',
      method: 'get',
      path: '/keys',
      access: 'instance_owner',
      place: { about: 'caller' },
      answer: { status: 200, schema: listOf(keyClassStateSchema) },
    },
    async ({ hub }) => ({ data: await hub.keys.read(), next_cursor: null }),
  ),
];
