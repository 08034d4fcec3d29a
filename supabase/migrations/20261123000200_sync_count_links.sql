-- sync: what a flow shows of its links is counted from indexes, up to a bound.

-- Also without the rows themselves: they hold what services sent, and a stream has a hundred thousand.
create index links_of_side on public.links (stream_id, record_id) include (workspace_id, state);
drop index public.links_of_stream;
alter index public.links_of_side rename to links_of_stream;
create index links_unsettled on public.links (stream_id, state) where state in ('dirty', 'pushing', 'refused');
