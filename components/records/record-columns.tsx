import type { TableColumn } from '@/components/ui/virtual-table';
import type { Kind } from '@/lib/kinds/index';
import {
  EditableTitle,
  HeadingCell,
  LabelsCell,
  LivesCell,
  NumberCell,
  PlainCell,
  StageCell,
  UpdatedCell,
} from './record-cells';
import { StateCell } from './state-cell';
import { words } from './words';

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

const plain = (field: string, header: string, width: string): TableColumn<string> => ({
  id: field,
  header,
  width,
  showFrom: 480,
  cell: (id) => <PlainCell id={id} field={field} />,
});

/** What is told of a record beside the line it is known by. */
const plainColumns: Partial<Record<Kind, readonly TableColumn<string>[]>> = {
  message: [plain('author', words.columns.author, '132px')],
  contact: [plain('emails', words.columns.email, 'minmax(0, 240px)')],
  payment: [plain('state', words.columns.state, '132px')],
};

function otherColumns(kind: Kind): TableColumn<string>[] {
  return [
    {
      id: 'heading',
      header: words.headings[kind],
      width: 'minmax(0, 1fr)',
      cell: (id) => <HeadingCell id={id} />,
    },
    ...(plainColumns[kind] ?? []),
    ...commonColumns,
  ];
}

const taskColumns: readonly TableColumn<string>[] = [
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
];

const columnsOf: Record<Kind, readonly TableColumn<string>[]> = {
  task: [...taskColumns, ...commonColumns],
  message: otherColumns('message'),
  contact: otherColumns('contact'),
  event: otherColumns('event'),
  payment: otherColumns('payment'),
  document: otherColumns('document'),
};

/**
 * Beside an open drawer the table is narrower: what the drawer shows anyway goes first. The columns of
 * a kind never change, so that an edit draws its own row and no other.
 */
export const recordColumns = (kind: Kind): readonly TableColumn<string>[] => columnsOf[kind];
