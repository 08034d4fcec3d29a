import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { App } from '@supabase/lite';
import { createPostgresConnection } from '@supabase/lite/postgres';
import { restTypes } from './rest-types.ts';

export interface RestOptions {
  /** Of the role `authenticator`. */
  url: string;
  jwtSecret: string;
  publishableKey: string;
  secretKey: string;
}

export interface Rest {
  handle(request: IncomingMessage, response: ServerResponse): void;
  close(): Promise<void>;
}

/** Connections; a request holds one for a short transaction. */
const poolSize = 8;
const bodyLimitBytes = 1_048_576;
/** As on hosted Supabase. */
const rowLimit = 1_000;

/**
 * REST by Supabase's own @supabase/lite. Only /rest/v1 of it is reachable: its sign-in, storage and
 * studio are not ours to offer.
 */
export async function startRest(options: RestOptions): Promise<Rest> {
  const connection = createPostgresConnection({
    url: options.url,
    postgresOptions: { max: poolSize, onnotice: () => undefined, types: restTypes },
  });
  // Lite would grant every table to every API role on its first request. Our role could not do that
  // anyway, and the attempt fails the request.
  if (!Reflect.set(connection, 'rlsState', 'active')) throw new Error('Lite has changed.');
  const app = new App({
    connection,
    api: { schemas: ['public'], extra_search_path: ['public'], max_rows: rowLimit },
    auth: {
      enabled: false,
      jwt_secret: options.jwtSecret,
      publishable_key: options.publishableKey,
      secret_key: options.secretKey,
    },
    options: {
      server: {
        disableStudio: true,
        disableFallback: true,
        middlewares: [
          // Lite looks users and sessions up in tables of its own sign-in. Hosted REST does not:
          // the signature says who it is and the policies say what that means.
          async (context, next) => {
            Reflect.apply(context.set, context, ['authService', { repo: knowsEverybody }]);
            await next();
          },
        ],
      },
    },
  });
  await app.init();
  await connection.introspect({ useCache: true });
  const listener = getRequestListener((request) => app.fetch(request, { peerAddress: null }), {
    overrideGlobalObjects: false,
  });
  return {
    handle: (request, response) => {
      if (!acceptableBody(request)) {
        response.writeHead(413, { 'content-type': 'application/json', connection: 'close' });
        response.end(JSON.stringify({ code: 'PGRST413', message: 'The body is too large.' }));
        return;
      }
      void listener(request, response);
    },
    close: () => connection.close(),
  };
}

const knowsEverybody = {
  findUserById: (id: string) => Promise.resolve({ id }),
  findSessionById: (id: string) => Promise.resolve({ id }),
};

/** A body must announce its length, so that none is read that would be refused. */
function acceptableBody(request: IncomingMessage): boolean {
  if (request.headers['transfer-encoding'] !== undefined) return false;
  return Number(request.headers['content-length'] ?? 0) <= bodyLimitBytes;
}
