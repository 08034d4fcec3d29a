/**
 * What is asked of an issue. Linear charges for what could come back: with 20 labels a page of 50
 * issues costs about 3,700 of the 10,000 points one query may cost.
 * https://linear.app/developers/rate-limiting#complexity
 */
const issueFields = (labels: number): string => `
  id identifier number title description url priority dueDate trashed
  createdAt updatedAt completedAt canceledAt archivedAt
  team { id }
  state { id name type }
  assignee { id displayName }
  creator { id displayName avatarUrl }
  parent { id identifier }
  labels(first: ${labels}) { nodes { id name } pageInfo { hasNextPage endCursor } }`;

/** In lists. The few issues with more labels are read again, one by one. */
export const listedIssue = issueFields(20);

/** Alone; more labels than a record may have. */
export const wholeIssue = issueFields(200);
