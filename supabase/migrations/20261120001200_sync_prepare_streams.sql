-- sync: when delivery (a webhook) is to be arranged for before the stream is read; null when that
-- stands. Set when a stream is brought back, and when a service had a fault while being asked.
alter table public.streams add column prepare_at timestamptz;
grant update (prepare_at) on public.streams to hub_user;
