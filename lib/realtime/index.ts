/**
 * realtime: where a workspace's messages are sent, and what they say.
 *
 * Invariants: a message is a hint sent by the database inside the commit it speaks of (see the
 * migration), never by this code; readers fetch the truth. The topic's name carries an epoch, which
 * is raised when somebody loses access, so that the next message goes where they cannot listen.
 */
import 'server-only';

export { readTopic, type WorkspaceTopic } from './read-topic.ts';
