import { type Health, healthColors, healthDashes, healthWords } from './board-model';
import { words } from './words';

const shown: readonly Health[] = ['ok', 'waiting', 'stopped'];

/** What lines mean: their colour, their dash and their thickness. */
export function Legend() {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-dim text-micro">
      {shown.map((health) => (
        <li key={health} className="flex items-center gap-1.5">
          <svg width="22" height="4" aria-hidden="true">
            <line
              x1="2"
              x2="20"
              y1="2"
              y2="2"
              stroke={healthColors[health]}
              strokeWidth="2.5"
              strokeLinecap="round"
              strokeDasharray={
                health === 'waiting' ? '5 5' : healthDashes[health]?.replace('8', '4')
              }
            />
          </svg>
          {healthWords[health]}
        </li>
      ))}
      {(['incoming', 'outgoing'] as const).map((way) => (
        <li key={way} className="flex items-center gap-2">
          <svg aria-hidden="true" width="12" height="8" viewBox="0 0 12 8">
            <circle
              cx={way === 'incoming' ? 8 : 4}
              cy="4"
              r="3.2"
              className={way === 'incoming' ? 'fill-ok-line' : 'fill-accent'}
            />
          </svg>
          {words[way]}
        </li>
      ))}
      <li>{words.thickness}</li>
    </ul>
  );
}
