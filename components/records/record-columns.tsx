import type { TableColumn } from '@/components/ui/virtual-table';
import type { Kind } from '@/lib/kinds/index';
import {
  EditableTitle,
  HeadingCell,
  LabelsCell,
  LivesCell,
  NumberCell,
  PlainStateCell,
  StageCell,
  UpdatedCell,
} from './record-cells';
import { StateCell } from './state-cell';
import { words } from './words';

interface Editing {
  kind: Kind;
  /** The row whose title is a field now. */
  editing: string | null;
  onDone: () => void;
}

/** Beside an open drawer the table is narrower: what the drawer shows anyway goes first. */
export function recordColumns({ kind, ...editing }: Editing): TableColumn<string>[] {
  return kind === 'task' ? [...taskColumns(editing), ...commonColumns] : otherColumns(kind);
}

/** What every record has beside its own fields. */
const commonColumns: TableColumn<string>[] = [
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

function otherColumns(kind: Kind): TableColumn<string>[] {
  return [
    {
      id: 'heading',
      header: words.headings[kind],
      width: 'minmax(0, 1fr)',
      cell: (id) => <HeadingCell id={id} />,
    },
    ...(kind === 'payment'
      ? [
          {
            id: 'state',
            header: words.columns.state,
            width: '132px',
            showFrom: 480,
            cell: (id: string) => <PlainStateCell id={id} />,
          },
        ]
      : []),
    ...commonColumns,
  ];
}

function taskColumns({ editing, onDone }: Omit<Editing, 'kind'>): TableColumn<string>[] {
  return [
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
      cell: (id) => <EditableTitle id={id} isEditing={editing === id} onDone={onDone} />,
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
  ];
}
