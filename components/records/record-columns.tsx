import type { TableColumn } from '@/components/ui/virtual-table';
import {
  EditableTitle,
  LabelsCell,
  LivesCell,
  NumberCell,
  StageCell,
  UpdatedCell,
} from './record-cells';
import { StateCell } from './state-cell';
import { words } from './words';

/**
 * Beside an open drawer the table is narrower: what the drawer shows anyway goes first. Columns never
 * change, so that an edit draws its own row and no other.
 */
export const recordColumns: readonly TableColumn<string>[] = [
  {
    id: 'number',
    header: words.columns.number,
    width: '68px',
    showFrom: 560,
    cell: (id) => <NumberCell id={id} />,
  },
  {
    id: 'title',
    header: words.columns.title,
    width: 'minmax(0, 1fr)',
    cell: (id) => <EditableTitle id={id} />,
  },
  {
    id: 'labels',
    header: words.columns.labels,
    width: '190px',
    showFrom: 900,
    cell: (id) => <LabelsCell id={id} />,
  },
  {
    id: 'state',
    header: words.columns.state,
    width: '112px',
    cell: (id) => <StateCell id={id} />,
  },
  {
    id: 'lives',
    header: words.columns.lives,
    width: '60px',
    showFrom: 760,
    cell: (id) => <LivesCell id={id} />,
  },
  {
    id: 'edit',
    header: words.columns.edit,
    width: '120px',
    showFrom: 560,
    cell: (id) => <StageCell id={id} />,
  },
  {
    id: 'updated',
    header: words.columns.updated,
    width: '68px',
    align: 'end',
    showFrom: 380,
    cell: (id) => <UpdatedCell id={id} />,
  },
];
