/**
 * What `ingest` is held against: the quickest honest server for the same promise. Bare node:http, the
 * signature checked, the same statement over the same table in the same batches on as many
 * connections, 200 after the commit; and nothing else the gateway does for its safety.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { newId } from '#lib/core/index';
import { connect } from '#lib/db/index';
import { receiverConnections } from '#lib/webhooks/index';
import { type Delivery, insertDeliveries } from '../../lib/webhooks/store.ts';

const place = JSON.parse(process.env['BENCH_PLACE'] ?? '{}') as {
  workspaceId: string;
  connectionId: string;
  endpointId: string;
  secret: string;
};
const batchRows = 256;
const batchesInFlight = 2;
const db = connect({
  url: process.env['DATABASE_URL_WEB'] ?? '',
  name: 'bench-limit',
  max: receiverConnections,
});

const waiting: { row: Delivery; done: (isKept: boolean) => void }[] = [];
let inFlight = 0;
function pump(): void {
  while (inFlight < batchesInFlight && waiting.length > 0) {
    const batch = waiting.splice(0, batchRows);
    inFlight += 1;
    void insertDeliveries(
      db,
      batch.map(({ row }) => row),
    )
      .then(
        () => true,
        () => false,
      )
      .then((isKept) => {
        for (const { done } of batch) done(isKept);
      })
      .finally(() => {
        inFlight -= 1;
        pump();
      });
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const server = createServer((request, response) => {
  void readBody(request).then((body) => {
    const said = Buffer.from(String(request.headers['x-hub-signature-256']));
    const right = Buffer.from(
      `sha256=${createHmac('sha256', place.secret).update(body).digest('hex')}`,
    );
    if (said.length !== right.length || !timingSafeEqual(said, right)) {
      response.writeHead(401).end();
      return;
    }
    const row = deliveryOf(request, body);
    waiting.push({ row, done: (isKept) => response.writeHead(isKept ? 200 : 503).end() });
    pump();
  });
});

const deliveryOf = (request: IncomingMessage, body: Buffer): Delivery => {
  const deliveryId = String(request.headers['x-github-delivery']);
  return {
    id: newId(),
    workspaceId: place.workspaceId,
    connectionId: place.connectionId,
    endpointId: place.endpointId,
    connector: 'github',
    event: String(request.headers['x-github-event']),
    deliveryId,
    dedupeKey: deliveryId,
    headers: { 'content-type': 'application/json' },
    body,
    verdict: 'verified',
    parentId: null,
    parts: null,
  };
};

server.listen(Number(process.env['PORT']), '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
});
process.on('SIGTERM', () => process.exit(0));
