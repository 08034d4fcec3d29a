'use client';

import { useId } from 'react';
import { Badge } from '@/components/ui/badge';
import { cn } from '@/components/ui/class-names';
import { ProviderMark } from '@/components/ui/provider-mark';
import { newRecordStreams, type RecordPlace } from '@/lib/records/schema';
import { newRecordWords as words } from './new-record-words';

/** Where it is made: any of the places, those of one flow together. */
export function NewRecordPlaces({
  places,
  chosen,
  error,
  onToggle,
}: {
  places: readonly RecordPlace[];
  chosen: readonly string[];
  error: string | undefined;
  onToggle: (place: RecordPlace) => void;
}) {
  const id = useId();
  return (
    <fieldset
      className="grid min-w-0 gap-1.5"
      aria-describedby={error ? `${id}-error ${id}-hint` : `${id}-hint`}
    >
      <legend className="mb-1.5 font-medium text-body">{words.places}</legend>
      <ul className="grid max-h-60 gap-1 overflow-y-auto rounded-lg border border-line p-1">
        {places.map((place) => (
          <li key={place.stream_id}>
            <Place
              place={place}
              isChosen={chosen.includes(place.stream_id)}
              onToggle={() => onToggle(place)}
            />
          </li>
        ))}
      </ul>
      {error && (
        <p id={`${id}-error`} role="alert" className="text-bad text-meta">
          {error}
        </p>
      )}
      <p id={`${id}-hint`} className="text-dim text-meta">
        {words.placesHint(newRecordStreams)}
      </p>
    </fieldset>
  );
}

function Place({
  place,
  isChosen,
  onToggle,
}: {
  place: RecordPlace;
  isChosen: boolean;
  onToggle: () => void;
}) {
  const isClosed = place.closed !== null;
  return (
    <label
      className={cn(
        'flex items-center gap-2.5 rounded-md px-2 py-1.5',
        isClosed ? 'text-dim' : 'cursor-pointer hover:bg-hover',
        isChosen && 'bg-raise',
      )}
    >
      <input
        type="checkbox"
        className="size-4 shrink-0 accent-accent"
        checked={isChosen}
        disabled={isClosed}
        onChange={onToggle}
      />
      <ProviderMark name={place.provider} size="xs" decorative />
      <span className="min-w-0 flex-1">
        <span className="block truncate">
          {place.provider} · {place.stream_name}
        </span>
        <span className="block truncate text-dim text-meta">
          {place.closed ?? place.account_name}
        </span>
      </span>
      {place.flow_id !== null && <Badge tone="neutral">{words.inFlow}</Badge>}
    </label>
  );
}
