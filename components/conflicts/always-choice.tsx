import { useId } from 'react';
import { words } from './words';

interface AlwaysProps {
  isAlways: boolean;
  onChange: (isAlways: boolean) => void;
  field: string;
  service: string;
}

/** Makes the next choice a policy, and says what that does before it is pressed. */
export function AlwaysChoice({ isAlways, onChange, field, service }: AlwaysProps) {
  const id = useId();
  return (
    <>
      <label className="flex items-center gap-2 text-meta">
        <input
          type="checkbox"
          checked={isAlways}
          aria-describedby={isAlways ? id : undefined}
          onChange={(event) => onChange(event.target.checked)}
          className="size-4 accent-accent"
        />
        {words.always.label}
      </label>
      {isAlways && (
        <ul id={id} className="grid w-full gap-0.5 text-meta text-mut">
          <li>
            <strong className="font-medium text-ink">{words.choose.local}:</strong>{' '}
            {words.always.local(field, service)}
          </li>
          <li>
            <strong className="font-medium text-ink">{words.choose.remote}:</strong>{' '}
            {words.always.remote(field, service)}
          </li>
        </ul>
      )}
    </>
  );
}
