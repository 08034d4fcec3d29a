/** The wire shapes of the room, safe in a browser. */
export {
  type Analytics,
  type AnalyticsQuery,
  analyticsQuerySchema,
  analyticsSchema,
} from './analytics-shape.ts';
export {
  type Attempt,
  type Delivery,
  type DeliveryDetail,
  type DeliveryFilter,
  type DeliveryStatus,
  deliveryDetailSchema,
  deliveryFilterSchema,
  deliverySchema,
  deliveryStatuses,
  type RedriveMany,
  type Replay,
  type ReplayInput,
  redriveManySchema,
  redrivenSchema,
  replayInputSchema,
  replaySchema,
} from './delivery-shape.ts';
export {
  type DeliveryContent,
  type DestinationHealth,
  type Draft,
  type DraftPreview,
  deliveryContentSchema,
  destinationHealthSchema,
  draftPreviewSchema,
  draftSchema,
} from './destination-shape.ts';
export { type Filter, filterSchema, type Operators } from './filter-shape.ts';
export {
  configSchemas,
  type DestinationKind,
  destinationKinds,
  type MailConfig,
  type SecretInput,
  type SlackConfig,
  type Subscription,
  type SubscriptionInput,
  type SubscriptionPatch,
  secretInputSchema,
  subscriptionInputSchema,
  subscriptionMadeSchema,
  subscriptionPatchSchema,
  subscriptionSchema,
  type WebhookConfig,
} from './subscription-shape.ts';
export { webhookPayloadSchema } from './webhook-shape.ts';
