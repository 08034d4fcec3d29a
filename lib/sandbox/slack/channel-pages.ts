import { type Html, html } from '../html.ts';
import { repliesOf } from './show-message.ts';
import { type ChannelRow, type MessageRow, microsOf, mount, type SlackWorld } from './world.ts';

const messagesShown = 40;

export function channelsPage(world: SlackWorld): Html {
  return html`<h1>Channels</h1><ul class="list card flush">${world.tables.channels
    .all()
    .map(
      ({ key, name, topic, isPrivate, members }) =>
        html`<li><a class="title" href="${mount}/channels/${key}">#${name}</a><div class="meta">${isPrivate && 'private · '}${members.length} members · ${topic}</div></li>`,
    )}</ul>`;
}

/** The line to write a message, and the last ones below it, the newest first. */
export function channelPage(
  world: SlackWorld,
  channel: ChannelRow,
  self: string,
  refusal: string | null,
): Html {
  const rows = world.tables.messages
    .findBy('channel', channel.key)
    .filter((row) => row.thread === null)
    .sort((a, b) => microsOf(b.ts) - microsOf(a.ts))
    .slice(0, messagesShown);
  const here = `${mount}/channels/${channel.key}`;
  const names = new Map(world.tables.people.all().map(({ key, name }) => [key, name]));
  const show = (row: MessageRow) => shownMessage(row, { here, self, names });
  return html`<p class="crumbs"><a href="${mount}">Channels</a></p><h1>#${channel.name}</h1>
${refusal !== null && html`<p class="card notice" role="alert">Not done: ${refusal}</p>`}
<form class="card" method="post" action="${here}"><div class="field"><label for="text">Message #${channel.name}</label><textarea id="text" name="text"></textarea></div><button class="primary">Send</button></form>
<ul class="list card flush">${rows.map(
    (row) => html`<li id="m${row.ts.replace('.', '')}">${show(row)}
<details><summary>Thread (${repliesOf(world, row).length})</summary><ul class="list">${repliesOf(world, row).map((reply) => html`<li>${show(reply)}</li>`)}</ul>
<form class="row" method="post" action="${here}"><input type="hidden" name="thread" value="${row.ts}"><label class="hidden" for="r${row.id}">Reply</label><input type="text" id="r${row.id}" name="text"><button>Reply</button></form></details></li>`,
  )}</ul>`;
}

interface Around {
  here: string;
  self: string;
  names: Map<string, string>;
}

function shownMessage(row: MessageRow, { here, self, names }: Around): Html {
  const time = new Date(microsOf(row.ts) / 1_000).toISOString().slice(0, 16).replace('T', ' ');
  const hidden = html`<input type="hidden" name="ts" value="${row.ts}">`;
  return html`<div class="by"><strong>${names.get(row.user) ?? row.user}</strong> ${time} UTC${row.editedTs !== null && ' (edited)'}</div>
<p>${row.isStone ? html`<em class="dim">This message was deleted.</em>` : plain(row.text)}</p>
<div class="row">${row.reactions.map(({ name, users }) => html`<span class="label">:${name}: ${users.length}</span>`)}
<form method="post" action="${here}/react">${hidden}<button name="name" value="thumbsup">:thumbsup:</button></form>
${
  row.user === self &&
  !row.isStone &&
  html`<form class="row" method="post" action="${here}/change">${hidden}<label class="hidden" for="e${row.id}">Text</label><input type="text" id="e${row.id}" name="text" value="${plain(row.text)}"><button>Save</button></form><form method="post" action="${here}/delete">${hidden}<button>Delete</button></form>`
}</div>`;
}

/** Entities are how Slack keeps &, < and >. */
const plain = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
