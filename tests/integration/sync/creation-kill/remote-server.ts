import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isHubError } from '#lib/core/index';
import type { Side } from '../model/trial.ts';

/** What a process asks of a side: a function of its connector, with what it takes after the context. */
export interface RemoteCall {
  connectionId: string;
  name: 'read' | 'update' | 'create' | 'findCreated';
  given: never[];
}

export type RemoteReply = { answer: unknown } | { fault: { code: string; message: string } };

/** The simulated services, to be reached by a process that may die: they live on. */
export async function serveSides(
  sides: readonly Side[],
): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const asked = JSON.parse(Buffer.concat(parts).toString()) as RemoteCall;
      void reply(sides, asked).then((said) => response.end(JSON.stringify(said)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function reply(sides: readonly Side[], asked: RemoteCall): Promise<RemoteReply> {
  const side = sides.find(({ connectionId }) => connectionId === asked.connectionId);
  const call = side?.api.api[asked.name];
  if (!call) throw new Error('There is no such side.');
  try {
    const answer: unknown = await Reflect.apply(call, side?.api.api, [null, ...asked.given]);
    return { answer };
  } catch (error) {
    if (!isHubError(error)) throw error;
    return { fault: { code: error.code, message: error.message } };
  }
}
