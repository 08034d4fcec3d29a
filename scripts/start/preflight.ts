import { statfsSync } from 'node:fs';
import { createServer } from 'node:net';

const diskNeededBytes = 500 * 1024 * 1024;

/** Throws a sentence with the remedy when the port belongs to somebody else. */
export function checkPort(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE'
          ? `Port ${port} is taken by another program`
          : error.code === 'EACCES'
            ? `Port ${port} may not be opened by this user`
            : `Port ${port} cannot be opened (${error.code})`;
      reject(
        new Error(
          `${reason}: choose another, for example PORT=${port < 60_000 ? port + 1 : 3000} npm start.`,
        ),
      );
    });
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve()));
  });
}

export function checkDisk(folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= diskNeededBytes) return;
  throw new Error(
    `Only ${Math.round(free / 1024 / 1024)} MB are free on the disk of ${folder}, Patchbay needs 500 MB: make room and start again.`,
  );
}
