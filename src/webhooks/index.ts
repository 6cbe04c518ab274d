export { accessEvents } from './access-events.js';
export { createDeliverer, type Deliverer } from './delivery/create-deliverer.js';
export { webhookEntities } from './entities.js';
export { type Delivery, findWebhook, listDeliveries, listWebhooks } from './read-webhooks.js';
export { replayDeliveries } from './replay.js';
export { webhookSealed } from './secret.js';
export { sendTest, type TestResult, testWebhook } from './test-webhook.js';
export { forgetNames, tidyWebhooks } from './tidy.js';
export type { DeliveryState, Webhook, WebhookSettings } from './webhook.js';
export {
  type CreatedWebhook,
  createWebhook,
  disableWebhook,
  enableWebhook,
  removeWebhook,
  rotateWebhookSecret,
} from './webhook-commands.js';
