import { randomUUID } from 'node:crypto';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { startTestSupabase, type TestSupabase } from '../setup/local-supabase.ts';

const ada = randomUUID();
const ben = randomUUID();

const tables = `
  create table public.authors (id int primary key, name text not null, born date);
  create table public.books (
    id int primary key, owner uuid not null, author_id int references public.authors,
    title text not null, price numeric(10, 2), tags text[] not null default '{}', extra jsonb,
    big bigint, published_at timestamptz);
  alter table public.books enable row level security;
  alter table public.books force row level security;
  create policy own on public.books for select to authenticated using (owner = auth.uid());
  create table public.secrets (id int primary key);
  create view public.cheap_books with (security_invoker = true) as
    select id, title from public.books where price < 10;
  revoke all on public.authors, public.books, public.cheap_books, public.secrets
    from anon, authenticated, service_role;
  grant select on public.authors, public.books, public.cheap_books to authenticated;
  create function public.add(a int, b int) returns int language sql immutable as 'select a + b';
  create function public.my_titles(min_price numeric) returns setof text language sql stable
    as 'select title from public.books where price >= min_price order by id';
  create function public.whoami() returns jsonb language sql stable
    as 'select jsonb_build_object(''uid'', auth.uid(), ''role'', auth.role(), ''email'', auth.email())';
  create function public.hidden() returns int language sql as 'select 1';
  revoke all on function public.add(int, int), public.my_titles(numeric), public.whoami(), public.hidden()
    from public, anon, authenticated, service_role;
  grant execute on function public.add(int, int), public.my_titles(numeric), public.whoami() to authenticated;`;

let database: TestDatabase;
let supabase: TestSupabase;
let client: SupabaseClient;

const as = async (claims: Record<string, unknown>): Promise<SupabaseClient> => {
  const token = await supabase.token(claims);
  return createClient(supabase.url, supabase.publishableKey, {
    accessToken: () => Promise.resolve(token),
  });
};

beforeAll(async () => {
  database = await freshDatabase();
  const sql = postgres(database.migrateUrl, { max: 1 });
  await sql.unsafe(tables).simple();
  await sql`insert into public.authors values (1, 'Ursula', '1929-10-21'), (2, 'Stanisław', '1921-09-12')`;
  for (let n = 1; n <= 25; n += 1) {
    await sql`
      insert into public.books values (
        ${n}, ${n <= 20 ? ada : ben}, ${n % 2 === 0 ? 1 : 2}, ${`Book ${String(n).padStart(2, '0')}`}, ${n},
        ${n % 5 === 0 ? ['five', 'all'] : ['all']}, ${sql.json({ shelf: { row: n } })},
        9007199254740993, ${n > 10 ? '2026-01-02T03:04:05.678Z' : null})`;
  }
  await sql.end();
  supabase = await startTestSupabase(database);
  client = await as({ sub: ada, email: 'ada@example.com' });
});
afterAll(async () => {
  await supabase.close();
  await database.drop();
});

const ids = (rows: { id: number }[] | null): number[] => (rows ?? []).map(({ id }) => id);

describe('reading', () => {
  it('filters: eq, neq, gt, gte, lt, lte, in, is, like, ilike, or, not, contains, json paths', async () => {
    const books = () => client.from('books').select('id').order('id');
    expect(ids((await books().eq('id', 3)).data)).toEqual([3]);
    expect(ids((await books().gt('price', 18).neq('id', 19)).data)).toEqual([20]);
    expect(ids((await books().gte('id', 2).lte('id', 3)).data)).toEqual([2, 3]);
    expect(ids((await books().lt('id', 3)).data)).toEqual([1, 2]);
    expect(ids((await books().in('id', [5, 1, 99])).data)).toEqual([1, 5]);
    expect(ids((await books().is('published_at', null)).data)).toHaveLength(10);
    expect(ids((await books().not('published_at', 'is', null)).data)).toHaveLength(10);
    expect(ids((await books().like('title', 'Book 1%')).data)).toHaveLength(10);
    expect(ids((await books().ilike('title', 'bOOK 20')).data)).toEqual([20]);
    expect(ids((await books().or('id.eq.1,and(id.gt.18,price.lt.20)')).data)).toEqual([1, 19]);
    expect(ids((await books().contains('tags', ['five'])).data)).toEqual([5, 10, 15, 20]);
    expect(ids((await books().eq('extra->shelf->>row', '7')).data)).toEqual([7]);
    expect(ids((await books().eq('title', `'; drop table books; --`)).data)).toEqual([]);
  });

  it('orders by several columns and puts nulls where asked', async () => {
    const { data } = await client
      .from('books')
      .select('id')
      .order('published_at', { nullsFirst: true })
      .order('id', { ascending: false })
      .limit(2);
    expect(ids(data)).toEqual([10, 9]);
  });

  it('ranges and exact counts, as Content-Range tells them', async () => {
    const page = await client
      .from('books')
      .select('id', { count: 'exact' })
      .order('id')
      .range(5, 9);
    expect([page.status, page.count, ids(page.data)]).toEqual([206, 20, [6, 7, 8, 9, 10]]);
    const head = await client.from('books').select('*', { count: 'exact', head: true });
    expect([head.count, head.data]).toEqual([20, null]);
    const beyond = await client.from('books').select('id', { count: 'exact' }).range(100, 109);
    expect(beyond.error?.code).toBe('PGRST103');
  });

  it('single() and maybeSingle()', async () => {
    expect((await client.from('books').select('id').eq('id', 1).single()).data).toEqual({ id: 1 });
    expect((await client.from('books').select('id').single()).error?.code).toBe('PGRST116');
    const none = await client.from('books').select('id').eq('id', 99).maybeSingle();
    expect([none.data, none.error]).toEqual([null, null]);
  });

  it('embeds along foreign keys, both ways, and filters by what is embedded', async () => {
    const book = await client
      .from('books')
      .select('title, author:authors(name)')
      .eq('id', 2)
      .single();
    expect(book.data).toEqual({ title: 'Book 02', author: { name: 'Ursula' } });
    const author = await client.from('authors').select('name, books(id)').eq('id', 2).single();
    expect(author.data?.books).toHaveLength(10);
    const inner = await client
      .from('books')
      .select('id, authors!inner(name)')
      .eq('authors.name', 'Stanisław')
      .limit(1)
      .order('id');
    expect(inner.data).toEqual([{ id: 1, authors: { name: 'Stanisław' } }]);
  });

  it('views, and values in the shapes supabase-js users expect', async () => {
    const view = await client.from('cheap_books').select('id', { count: 'exact' });
    expect(view.count).toBe(9);
    const { data } = await client
      .from('books')
      .select('price, tags, extra, published_at, authors(born)')
      .eq('id', 15)
      .single();
    expect(data).toEqual({
      price: 15,
      tags: ['five', 'all'],
      extra: { shelf: { row: 15 } },
      published_at: '2026-01-02T03:04:05.678+00:00',
      authors: { born: '1921-09-12' },
    });
  });

  it('rpc: scalars, sets, claims', async () => {
    expect((await client.rpc('add', { a: 1, b: 2 })).data).toBe(3);
    expect((await client.rpc('my_titles', { min_price: 19 })).data).toEqual(['Book 19', 'Book 20']);
    expect((await client.rpc('whoami')).data).toEqual({
      uid: ada,
      role: 'authenticated',
      email: 'ada@example.com',
    });
  });
});

describe('refusing', () => {
  it('shows each user their own rows, concurrently and one after the other', async () => {
    const other = await as({ sub: ben });
    const nobody = await as({ sub: randomUUID() });
    const counts = await Promise.all(
      Array.from({ length: 30 }, async (_, n) => {
        const reader = [client, other, nobody][n % 3] ?? nobody;
        return (await reader.from('books').select('id', { count: 'exact', head: true })).count;
      }),
    );
    expect(counts).toEqual(Array.from({ length: 30 }, (_, n) => [20, 5, 0][n % 3]));
  });

  it('writes by anybody, with 42501', async () => {
    const attempts = [
      await client.from('books').insert({ id: 100, owner: ada, title: 'mine' }),
      await client.from('books').update({ title: 'changed' }).eq('id', 1),
      await client.from('books').delete().eq('id', 1),
      await client.from('books').upsert({ id: 1, owner: ada, title: 'changed' }),
      await client.rpc('hidden'),
    ];
    expect(attempts.map(({ status, error }) => [status, error?.code])).toEqual(
      attempts.map(() => [403, '42501']),
    );
    // Hosted REST knows of tables the caller has no right to and says 42501; Lite does not.
    expect((await client.from('secrets').select()).error?.code).toBe('PGRST205');
    const sql = postgres(database.superuserUrl, { max: 1 });
    const [{ n } = { n: 0 }] = await sql<{ n: number }[]>`
      select count(*)::int as n from public.books where title ~ '^Book'`;
    await sql.end();
    expect(n).toBe(25);
  });

  it('tokens of other roles, expired or forged ones, and keys that are not ours', async () => {
    const read = async (token: string, key = supabase.publishableKey) => {
      const reader = createClient(supabase.url, key, { accessToken: () => Promise.resolve(token) });
      const { status, error } = await reader.from('books').select('id');
      return [status, error?.code];
    };
    for (const role of [
      'service_role',
      'hub_user',
      'patchbay_web',
      'supabase_admin',
      'nobody"; --',
    ]) {
      const [status] = await read(await supabase.token({ sub: ada, role }));
      expect([role, status]).not.toEqual([role, 200]);
    }
    expect(await read(await supabase.token({ sub: ada }, -60))).toEqual([401, 'PGRST303']);
    const good = await supabase.token({ sub: ada });
    expect(await read(`${good.slice(0, -6)}AAAAAA`)).toEqual([401, 'PGRST301']);
    expect((await read(good, 'sb_publishable_other'))[0]).toBe(401);
    const anon = createClient(supabase.url, supabase.publishableKey);
    expect((await anon.from('books').select()).error?.code).toBe('42501');
    // The secret key opens nothing here: our REST login cannot become the service role.
    const service = createClient(supabase.url, supabase.secretKey);
    expect((await service.from('books').select()).error?.code).toBe('42501');
  });

  it('schemas and paths that are not offered', async () => {
    expect((await client.schema('private').from('sessions').select()).error?.code).toBe('PGRST106');
    expect((await client.schema('auth').from('users').select()).error?.code).toBe('PGRST106');
    expect((await client.from('absent').select()).error?.code).toBe('PGRST205');
    const paths = ['/auth/v1/settings', '/storage/v1/bucket', '/_system/config', '/', '/rest/v1x'];
    const answers = await Promise.all(
      paths.map((path) =>
        fetch(`${supabase.url}${path}`, { headers: { apikey: supabase.secretKey } }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 404));
  });

  it('bodies above one megabyte', async () => {
    const answer = await fetch(`${supabase.url}/rest/v1/books`, {
      method: 'POST',
      headers: { apikey: supabase.publishableKey, 'content-type': 'application/json' },
      body: JSON.stringify({ title: 'x'.repeat(1_100_000) }),
    });
    expect(answer.status).toBe(413);
  });
});

it('no table of ours is writable through REST', async () => {
  const sql = postgres(database.superuserUrl, { max: 1 });
  const rows = await sql<{ name: string; first: string }[]>`
    select c.relname as name, (
      select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum > 0
        and not a.attisdropped and a.attidentity = '' and a.attgenerated = ''
      order by a.attnum limit 1) as first
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') order by 1`;
  await sql.end();
  expect(rows.length).toBeGreaterThan(5);
  for (const { name, first } of rows) {
    const attempts = [
      await client.from(name).insert({ [first]: null }),
      await client
        .from(name)
        .update({ [first]: null })
        .not(first, 'is', null),
      await client.from(name).delete().not(first, 'is', null),
    ];
    const codes = attempts.map(({ error }) => error?.code);
    expect([name, codes.every((code) => code === '42501' || code === 'PGRST205'), codes]).toEqual([
      name,
      true,
      codes,
    ]);
  }
});
