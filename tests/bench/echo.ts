import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

/**
 * What `live` and `edit` are held against: a bare page on which a bare WebSocket of loopback, or Enter
 * in a field, puts a text. No database, no rights, no framework; nothing gets to a screen quicker.
 */
export interface Echo {
  url: string;
  /** Pages that listen. */
  listeners(): number;
  send(text: string): void;
  close(): Promise<void>;
}

const page = `<!doctype html><title>echo</title><input id="field"><p id="text"></p><script>
const text = document.getElementById('text');
field.onkeydown = (event) => { if (event.key === 'Enter') text.textContent = field.value; };
new WebSocket('ws://' + location.host).onmessage = (message) => { text.textContent = message.data; };
</script>`;

export async function startEcho(): Promise<Echo> {
  const server = createServer((_, answer) => {
    answer.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
  });
  const sockets = new WebSocketServer({ server });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    listeners: () => sockets.clients.size,
    send: (text) => {
      for (const socket of sockets.clients) socket.send(text);
    },
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
