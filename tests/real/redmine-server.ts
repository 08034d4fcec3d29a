import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** Where Debian with its Redmine lies; made once, a file tree of its own beside the other caches. */
const folder = join(import.meta.dirname, '../../node_modules/.cache/redmine');
const debian = join(folder, 'debian');
const ready = join(folder, 'ready');
const database = join(debian, 'var/lib/dbconfig-common/sqlite3/redmine/instances/default');
const mirror = 'http://deb.debian.org/debian';
const startMs = 120_000;

export interface RunningRedmine {
  url: string;
  /** "Redmine 5.0.4.stable". */
  version: string;
  adminKey: string;
  stop: () => Promise<void>;
}

/** Redmine from Debian's packages with an empty database, on loopback. */
export async function startRedmine(): Promise<RunningRedmine> {
  installRedmine();
  copyFileSync(join(folder, 'empty_database'), join(database, 'redmine_default'));
  const said = run('ruby bin/rails runner /root/prepare.rb');
  const version = /^VERSION=(.+)$/m.exec(said)?.[1];
  const adminKey = /^KEY=([0-9a-f]{40})$/m.exec(said)?.[1];
  if (!version || !adminKey) throw new Error(`Redmine could not be prepared: ${said}`);
  const port = await freePort();
  rmSync(join(debian, 'root/puma.pid'), { force: true });
  const server = spawn(
    'nice',
    inDebian(
      `exec ruby bin/rails server -u puma -b 127.0.0.1 -p ${port} -e production -P /root/puma.pid`,
    ),
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const url = `http://127.0.0.1:${port}`;
  const stop = () => stopServer(server);
  try {
    await answering(`${url}/users/current.json`, adminKey, server);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, version: `Redmine ${version}`, adminKey, stop };
}

function installRedmine(): void {
  if (existsSync(ready)) return;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error('A real Redmine is installed from Debian’s packages: as root, on Debian.');
  }
  process.stdout.write('Installing Redmine from Debian’s packages into a folder of its own…\n');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o700);
  if (!existsSync('/usr/sbin/debootstrap')) {
    must('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'debootstrap']);
  }
  must('nice', ['debootstrap', '--variant=minbase', 'bookworm', debian, mirror]);
  // Nothing in there is to start by itself. https://manpages.debian.org/bookworm/init-system-helpers/invoke-rc.d.8
  writeFileSync(join(debian, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  writeFileSync(join(debian, 'root/answers'), debconfAnswers);
  must('chroot', [debian, 'debconf-set-selections', '/root/answers']);
  const install = 'apt-get install -y -q --no-install-recommends redmine redmine-sqlite puma';
  must('nice', ['chroot', debian, ...install.split(' ')]);
  // Debian's Redmine names no server of its own.
  writeFileSync(join(debian, 'usr/share/redmine/Gemfile.local'), "gem 'puma'\n");
  writeFileSync(join(debian, 'root/prepare.rb'), prepareScript);
  copyFileSync(join(database, 'redmine_default'), join(folder, 'empty_database'));
  writeFileSync(ready, '');
}

const debconfAnswers = `redmine redmine/instances/default/database-type select sqlite3
redmine redmine/instances/default/dbconfig-install boolean true
`;

/** What only an administrator at the server can do; all else is done by the API. */
const prepareScript = `Setting.rest_api_enabled = '1'
Redmine::DefaultData::Loader.load('en') if Redmine::DefaultData::Loader.no_data?
admin = User.find_by_login('admin')
admin.update_columns(must_change_passwd: false)
puts "KEY=#{admin.api_key}"
puts "VERSION=#{Redmine::VERSION}"
`;

/** `nice` and what runs inside; exec all the way, so that the process we start is the server. */
const inDebian = (command: string): string[] => [
  'chroot',
  debian,
  ...'/usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/root'.split(' '),
  ...'X_DEBIAN_SITEID=default RAILS_ENV=production /bin/sh -c'.split(' '),
  `cd /usr/share/redmine && ${command}`,
];

function run(command: string): string {
  const done = spawnSync('nice', inDebian(command), { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${command} failed: ${done.stderr}`);
  return done.stdout;
}

function must(command: string, args: string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const done = spawnSync(command, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
}

async function answering(url: string, key: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + startMs;
  for (;;) {
    const response = await fetch(url, { headers: { 'x-redmine-api-key': key } }).catch(() => null);
    if (response?.ok) return;
    if (server.exitCode !== null) throw new Error('Redmine stopped by itself');
    if (Date.now() > deadline) throw new Error('Redmine does not answer');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function stopServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    server.once('exit', () => resolve());
    server.kill('SIGTERM');
  });
}

function freePort(): Promise<number> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
