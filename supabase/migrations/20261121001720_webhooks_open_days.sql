-- webhooks: which days hold events that are still to be applied is read from the counts, so that
-- looking for due ones plans and reads those days alone, and nothing at all where there are none.
create index inbox_counts_open on public.inbox_counts (day) where status in ('pending', 'queued', 'failed');
