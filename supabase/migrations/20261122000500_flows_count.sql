-- flows: what is owed to the sides of a flow, and was refused there, is counted by stream.
create index creations_open on public.creations (stream_id)
  where state in ('owed', 'sending', 'unknown', 'refused');
