import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** Linear's page size when none is asked for. */
export const defaultPage = 50;
const deepest = 12;

/**
 * What a query costs: 0.1 for a property, 1 for an object, and a connection its children times the
 * size of the page; rounded up. https://linear.app/developers/rate-limiting#complexity
 */
export function complexityOf(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const cost = (set: SelectionSetNode, depth: number): number => {
    if (depth > deepest) return Number.POSITIVE_INFINITY;
    return set.selections.reduce((sum, selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value);
        return sum + (fragment ? cost(fragment.selectionSet, depth + 1) : 0);
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        return sum + cost(selection.selectionSet, depth + 1);
      }
      if (!selection.selectionSet) return sum + 0.1;
      const inner = 1 + cost(selection.selectionSet, depth + 1);
      return (
        sum + inner * (isConnection(selection.selectionSet) ? pageOf(selection, variables) : 1)
      );
    }, 0);
  };
  return Math.ceil(cost(operation.selectionSet, 0));
}

const isConnection = (set: SelectionSetNode): boolean =>
  set.selections.some((one) => one.kind === Kind.FIELD && one.name.value === 'nodes');

type Field = Extract<SelectionSetNode['selections'][number], { kind: typeof Kind.FIELD }>;

function pageOf(field: Field, variables: Readonly<Record<string, unknown>>): number {
  const value = field.arguments?.find((one) => one.name.value === 'first')?.value;
  if (value?.kind === Kind.INT) return Number(value.value);
  const given = value?.kind === Kind.VARIABLE ? variables[value.name.value] : undefined;
  return typeof given === 'number' ? given : defaultPage;
}
