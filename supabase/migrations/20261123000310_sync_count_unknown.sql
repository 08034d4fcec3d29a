-- sync: links whose outcome nobody knows are counted as the other unsettled ones are.
drop index public.links_unsettled;
create index links_unsettled on public.links (stream_id, state)
  where state in ('dirty', 'pushing', 'unknown', 'refused');
