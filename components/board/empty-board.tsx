import type { ReactNode } from 'react';
import type { BoardLayout } from './board-layout';
import type { Jack } from './board-model';
import { JackCard } from './jack-card';
import { Socket } from './socket';

/** Heights of the ghosts, as shares of the board. */
const ghosts = [0.24, 0.5, 0.76];

export interface EmptyBoardProps {
  right: readonly Jack[];
  layout: BoardLayout;
  invitation: { title: string; text: string; action: ReactNode };
}

/** The board before the first connection: where things will be, and how to begin. */
export function EmptyBoard({ right, layout, invitation }: EmptyBoardProps) {
  const { width, height, margin, jacks, sockets } = layout;
  const end = sockets.find((socket) => socket.side === 'right')?.at ?? {
    x: width - margin,
    y: height / 2,
  };
  const start = margin + Math.min(240, Math.max(100, width * 0.26));
  const span = end.x - start;
  return (
    <>
      <svg
        aria-hidden="true"
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        className="absolute inset-0 size-full"
      >
        {ghosts.map((share) => {
          const y = height * share;
          return (
            <path
              key={share}
              d={`M${start},${y} C${start + span * 0.36},${y + 60} ${end.x - span * 0.36},${end.y + 60} ${end.x},${end.y}`}
              fill="none"
              stroke="var(--color-line-2)"
              strokeWidth="2"
              strokeDasharray="2 8"
              strokeLinecap="round"
            />
          );
        })}
      </svg>
      {ghosts.map((share) => (
        <div
          key={share}
          aria-hidden="true"
          style={{ left: margin, top: height * share - 34 }}
          className="absolute h-[68px] w-[clamp(100px,26%,240px)] rounded-lg border border-line-2 border-dashed bg-raise/40"
        >
          <div className="flex h-full items-center gap-3 px-3.5">
            <div className="size-9 shrink-0 rounded-md border border-line-2 border-dashed @max-lg:size-6" />
            <div className="grid flex-1 gap-2">
              <div className="h-2 w-3/5 rounded-full bg-line" />
              <div className="h-2 w-2/5 rounded-full bg-line @max-lg:hidden" />
            </div>
          </div>
        </div>
      ))}
      {right.length > 0 && (
        <ul aria-label="Jacks on the right">
          {jacks.map((placed) => (
            <JackCard
              key={placed.jack.id}
              placed={placed}
              margin={margin}
              density={layout.density}
              dimmed={false}
              onHot={() => undefined}
            />
          ))}
        </ul>
      )}
      <svg
        aria-hidden="true"
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        className="pointer-events-none absolute inset-0 size-full"
      >
        {ghosts.map((share) => (
          <Socket key={share} at={{ x: start, y: height * share }} health="idle" small={false} />
        ))}
        {right.length > 0 && <Socket at={end} health="idle" small={false} />}
      </svg>
      <div className="absolute inset-0 grid place-items-center p-4">
        <div className="max-w-sm rounded-xl border border-line-2 bg-panel px-6 py-5 text-center shadow-pop">
          <h2 className="text-balance font-semibold text-lead">{invitation.title}</h2>
          <p className="mt-1 text-pretty text-mut">{invitation.text}</p>
          <div className="mt-4 flex flex-wrap justify-center gap-2">{invitation.action}</div>
        </div>
      </div>
    </>
  );
}
