'use client';

import { useState } from 'react';
import { useMay } from '@/components/shell/use-session';
import { Menu } from '@/components/ui/menu';
import { showToast } from '@/components/ui/toaster';
import { taskStates } from '@/lib/kinds/index';
import { useEditRecord, useRecord } from '@/lib/live/index';
import { StateDot, StateMark } from './state-mark';
import { words } from './words';

const buttonLook =
  '-mx-1.5 flex h-7 items-center rounded-sm px-1.5 text-left hover:bg-hover data-popup-open:bg-hover';

/**
 * The state, and on a press the choice of another. The menu is made on the first press: a list draws
 * dozens of these. Not a stop for Tab, as the list is one; the Fields tab is the keyboard's way.
 */
export function StateCell({ id }: { id: string }) {
  const { row } = useRecord(id, 'cached');
  const mayEdit = useMay('editor');
  const [isAsked, setAsked] = useState(false);
  if (!row) return null;
  const mark = <StateMark state={row.data['state']} />;
  if (!mayEdit || row.deleted_at) return mark;
  const name = words.changeState;
  if (!isAsked) {
    return (
      <button
        type="button"
        tabIndex={-1}
        title={name}
        className={buttonLook}
        onClick={() => setAsked(true)}
      >
        {mark}
      </button>
    );
  }
  return <StateMenu id={id} present={row.data['state']} />;
}

function StateMenu({ id, present }: { id: string; present: unknown }) {
  const edit = useEditRecord(id, (problem) =>
    showToast({ tone: 'bad', title: words.notSaved, description: problem.reason }),
  );
  return (
    <Menu
      defaultOpen
      align="start"
      trigger={
        <button type="button" tabIndex={-1} className={buttonLook}>
          <StateMark state={present} />
        </button>
      }
      groups={[
        {
          items: taskStates.map((state) => ({
            id: state,
            label: words.states[state],
            icon: <StateDot state={state} />,
            checked: state === present,
            onSelect: () => {
              if (state !== present) edit({ state });
            },
          })),
        },
      ]}
    />
  );
}
