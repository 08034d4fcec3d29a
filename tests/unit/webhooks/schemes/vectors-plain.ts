import { hmac, overBody, same, textKeys, url, type Vector } from './vector.ts';

/** Keyed hashes, computed here as each service's documentation says. */
export const plainVectors: readonly Vector[] = [
  {
    preset: 'linear',
    by: 'by_hand',
    ...textKeys,
    body: (stamp) =>
      `{"action":"update","type":"Issue","webhookTimestamp":${/^\d+$/.test(stamp) ? stamp : JSON.stringify(stamp)}}`,
    sign: ({ key, body }) => {
      const proof = hmac('sha256', key, body, 'hex');
      return {
        headers: { 'Linear-Signature': proof, 'Linear-Delivery': 'd-1', 'Linear-Event': 'Issue' },
        proof,
      };
    },
  },
  {
    preset: 'slack',
    by: 'by_hand',
    ...textKeys,
    body: () => '{"type":"event_callback","event_id":"Ev1","event":{"type":"message"}}',
    sign: ({ key, body, stamp }) => {
      const proof = hmac('sha256', key, `v0:${stamp}:${body}`, 'hex');
      return {
        headers: { 'X-Slack-Signature': `v0=${proof}`, 'X-Slack-Request-Timestamp': stamp },
        proof,
      };
    },
  },
  {
    preset: 'zoom',
    by: 'by_hand',
    ...textKeys,
    body: () =>
      '{"event":"meeting.started","event_ts":1760000000000,"payload":{"object":{"id":"1"}}}',
    sign: ({ key, body, stamp }) => {
      const proof = hmac('sha256', key, `v0:${stamp}:${body}`, 'hex');
      return {
        headers: { 'x-zm-signature': `v0=${proof}`, 'x-zm-request-timestamp': stamp },
        proof,
      };
    },
  },
  {
    preset: 'hubspot',
    by: 'by_hand',
    ...textKeys,
    body: () =>
      '[{"eventId":1,"subscriptionId":2,"occurredAt":3,"subscriptionType":"contact.creation"}]',
    sign: ({ key, body, stamp }) => {
      const proof = hmac(
        'sha256',
        key,
        `POST${url}?at=a/b c${body}${stamp}`.replace(' c', '%20c'),
        'base64',
      );
      return {
        headers: { 'X-HubSpot-Signature-v3': proof, 'X-HubSpot-Request-Timestamp': stamp },
        // HubSpot signs some of its escapes resolved, %20 not among them.
        search: '?at=a%2Fb%20c',
        proof,
      };
    },
  },
  {
    preset: 'square',
    by: 'by_hand',
    ...textKeys,
    body: () => '{"merchant_id":"M1","type":"payment.updated","event_id":"e-1"}',
    sign: ({ key, body }) => {
      const proof = hmac('sha256', key, `${url}${body}`, 'base64');
      return { headers: { 'x-square-hmacsha256-signature': proof }, proof };
    },
  },
  {
    preset: 'trello',
    by: 'by_hand',
    ...textKeys,
    body: () => '{"action":{"id":"a1","type":"updateCard"}}',
    sign: ({ key, body }) => {
      const proof = hmac('sha1', key, `${body}${url}`, 'base64');
      return { headers: { 'X-Trello-Webhook': proof }, proof };
    },
  },
  {
    preset: 'twilio',
    by: 'by_hand',
    ...textKeys,
    body: () => 'MessageSid=SM1&MessageStatus=delivered&To=%2B15558675309&Body=caf%C3%A9+%26+tea',
    sign: ({ key, body }) => {
      const fields = [...new URLSearchParams(body)].toSorted(([a], [b]) => (a < b ? -1 : 1));
      const proof = hmac('sha1', key, `${url}${fields.flat().join('')}`, 'base64');
      const headers = {
        'X-Twilio-Signature': proof,
        'Content-Type': 'application/x-www-form-urlencoded; charset=UTF-8',
      };
      return { headers, proof };
    },
  },
  {
    preset: 'calendly',
    by: 'by_hand',
    ...textKeys,
    body: () => '{"event":"invitee.created","payload":{"uri":"u"}}',
    sign: ({ key, body, stamp }) => {
      const proof = hmac('sha256', key, `${stamp}.${body}`, 'hex');
      return { headers: { 'Calendly-Webhook-Signature': `t=${stamp},v1=${proof}` }, proof };
    },
  },
  {
    preset: 'zendesk',
    by: 'by_hand',
    ...textKeys,
    body: () => '{"type":"zen:event-type:ticket.created","id":"1"}',
    sign: ({ key, body, stamp }) => {
      const proof = hmac('sha256', key, `${stamp}${body}`, 'base64');
      return {
        headers: {
          'X-Zendesk-Webhook-Signature': proof,
          'X-Zendesk-Webhook-Signature-Timestamp': stamp,
        },
        proof,
      };
    },
  },
  {
    preset: 'box',
    by: 'by_hand',
    ...textKeys,
    body: () => '{"type":"webhook_event","trigger":"FILE.UPLOADED"}',
    sign: ({ key, body, stamp }) => {
      const proof = hmac('sha256', key, `${body}${stamp}`, 'base64');
      return {
        headers: {
          'BOX-SIGNATURE-PRIMARY': proof,
          'BOX-SIGNATURE-SECONDARY': hmac('sha256', 'its other key', `${body}${stamp}`, 'base64'),
          'BOX-DELIVERY-TIMESTAMP': stamp,
          'BOX-DELIVERY-ID': 'f96bb54b',
        },
        proof,
      };
    },
  },
  {
    preset: 'airtable',
    by: 'by_hand',
    keys: same(Buffer.alloc(32, 1).toString('base64')),
    otherKeys: same(Buffer.alloc(32, 2).toString('base64')),
    body: () => '{"base":{"id":"app1"},"webhook":{"id":"ach1"},"timestamp":"2026-01-01T00:00:00Z"}',
    sign: ({ key, body }) => {
      const proof = hmac('sha256', Buffer.from(key, 'base64'), body, 'hex');
      return { headers: { 'X-Airtable-Content-MAC': `hmac-sha256=${proof}` }, proof };
    },
  },
  overBody(
    'shopify',
    { header: 'X-Shopify-Hmac-SHA256', encoding: 'base64' },
    '{"id":820982911946154508,"email":"jon@example.com"}',
    { 'X-Shopify-Topic': 'orders/create', 'X-Shopify-Webhook-Id': 'b54557e4' },
  ),
  overBody('dropbox', { header: 'X-Dropbox-Signature' }, '{"list_folder":{"accounts":["dbid:A"]}}'),
  overBody('asana', { header: 'X-Hook-Signature' }, '{"events":[{"action":"changed"}]}'),
  overBody('clickup', { header: 'X-Signature' }, '{"webhook_id":"w","history_items":[{"id":"h"}]}'),
  overBody('intercom', { header: 'X-Hub-Signature', prefix: 'sha1=', alg: 'sha1' }, '{"id":"n1"}'),
  overBody(
    'jira',
    { header: 'X-Hub-Signature', prefix: 'sha256=' },
    '{"timestamp":1,"webhookEvent":"jira:issue_updated"}',
    { 'X-Atlassian-Webhook-Identifier': 'w-1' },
  ),
  overBody(
    'typeform',
    { header: 'Typeform-Signature', prefix: 'sha256=', encoding: 'base64' },
    '{"event_id":"e1","event_type":"form_response"}',
  ),
];
