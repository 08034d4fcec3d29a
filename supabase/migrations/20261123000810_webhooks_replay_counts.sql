-- webhooks: when the events of a replay were last counted. A large one is counted now and then: with
-- every step it would read all of its events once more for each hundred it hands out.

alter table public.replays add column counted_at timestamptz;
