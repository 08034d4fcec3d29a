import type { ConnectorManifest } from '#lib/connectors/protocol/index';
import { creatable } from './to-change.ts';

const baseUrl = {
  label: 'Address of your Redmine',
  placeholder: 'https://redmine.example.com',
  help: 'With the path, where Redmine lies below one. The credential goes to this host and to no other.',
  isRequired: true,
};

/** Roles of Redmine are granted by project, not by key: this is what the person's role must allow. */
const permissions = {
  read: ['View issues'],
  write: ['View issues', 'Add issues', 'Edit issues', 'Manage subtasks'],
  webhooks: [],
};

export const redmineManifest = {
  name: 'redmine',
  provider: 'Redmine',
  summary: 'Issues of the projects of your own Redmine, both ways.',
  category: 'projects',
  auth: [
    {
      kind: 'api_key',
      permissions,
      consoleUrl: null,
      baseUrl,
      fields: {
        key: {
          label: 'API access key',
          placeholder: null,
          help: 'Under “My account” in Redmine, on the right. An administrator must have switched the REST API on.',
          pattern: '[0-9a-f]{40}',
          patternWords: 'is 40 digits and letters from a to f',
        },
      },
      sent: { in: 'header', name: 'X-Redmine-API-Key', prefix: '' },
    },
    {
      kind: 'basic',
      permissions,
      consoleUrl: null,
      baseUrl,
      fields: {
        username: {
          label: 'Login',
          placeholder: null,
          help: null,
          // A colon would end the user name of HTTP Basic (RFC 7617).
          pattern: '[^:]{1,60}',
          patternWords: 'is your login, without a colon',
        },
        password: {
          label: 'Password',
          placeholder: null,
          help: 'Redmine takes none from accounts with two-factor authentication: use the key for these.',
          pattern: '.+',
          patternWords: 'is any text',
        },
      },
    },
  ],
  // Only a form: every connection has a base address of its own.
  endpoints: {
    authorizeUrl: null,
    tokenUrl: null,
    revokeUrl: null,
    apiBaseUrl: 'https://redmine.example.com',
    webBaseUrl: 'https://redmine.example.com',
  },
  hosts: ['redmine.example.com'],
  selfHostedApiPath: '',
  // Redmine itself limits nothing; somebody’s own server is not to be worn out.
  rate: { requests: 300, perMs: 60_000, concurrent: 4, headers: null },
  webhook: null,
  resources: [
    {
      name: 'issues',
      kind: 'task',
      title: 'Issues',
      scopeTitle: 'project',
      listsAll: true,
      writable: ['title', 'body', 'state', 'assignees', 'priority', 'due_on', 'parent'],
      writableValues: {},
      creates: { fields: creatable, required: ['title'], isKeyed: false, takeBack: 'delete' },
    },
  ],
  lookups: ['users', 'states', 'priorities'],
  gaps: [
    'Redmine has no webhooks of its own, so it is asked again and again.',
    'A description is taken as it stands: Textile, where Redmine is set to it, is shown and written as Textile and not as Markdown.',
    'There are no labels at Redmine; tracker, category, version and custom fields are not read.',
    'Of its statuses Redmine says only whether they are closed: those that a tracker begins with are “open”, other open ones “in progress”, closed ones “done”, and “cancelled” where the name says so in English.',
    'A state is written as the first status of its kind that the workflow allows the account.',
    'An issue has one assignee or none, a member of the project, known by the name that is shown; two of one name cannot be told apart.',
    'A priority can be changed and not be emptied.',
    'What was deleted at Redmine stays here until it is read again: its lists do not say what is missing.',
    'An issue moved to another project stays here until it is read again; subprojects are streams of their own.',
    'Progress in percent, times spent, notes, relations and attachments are not read.',
    'Issues are deleted from here only when one that was made is taken back. Where the role lacks “Delete issues”, or somebody has already put subtasks or time into it, it is closed instead.',
    'Redmine keeps no key of a new issue: one whose answer was lost is looked for by its author, its time and its words.',
    'A new issue gets the project’s first tracker and begins in its first status; another state is written right after it.',
    'Redmine times changes in seconds: two in one second are told apart by their content.',
  ],
} satisfies ConnectorManifest;
