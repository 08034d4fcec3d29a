'use client';

import { Button } from '@/components/ui/button';

/** Any of them, or none, which means all. */
export function Choices<T extends string>({
  label,
  options,
  chosen,
  onChange,
}: {
  label: string;
  options: readonly { value: T; label: string }[];
  chosen: readonly T[];
  onChange: (chosen: T[]) => void;
}) {
  return (
    <fieldset className="grid min-w-0 gap-1.5">
      <legend className="mb-1.5 font-medium text-body">{label}</legend>
      <div className="flex flex-wrap gap-1.5">
        {options.map((option) => {
          const isChosen = chosen.includes(option.value);
          return (
            <Button
              key={option.value}
              size="sm"
              variant={isChosen ? 'primary' : 'secondary'}
              aria-pressed={isChosen}
              onClick={() =>
                onChange(
                  isChosen
                    ? chosen.filter((one) => one !== option.value)
                    : [...chosen, option.value],
                )
              }
            >
              {option.label}
            </Button>
          );
        })}
      </div>
    </fieldset>
  );
}
