import type { Delivery, Webhook } from '../webhooks/index.js';
import { fields, table, time } from './output.js';
import { fromNow } from './parse-duration.js';

const DISABLED: Readonly<Record<NonNullable<Webhook['disabledReason']>, string>> = {
  operator: 'disabled',
  gone: 'disabled: it answered 410, no more events are wanted',
  failing: 'disabled: nothing came through for too long',
};

export function webhookFields(webhook: Webhook): string {
  const { id, application, url, previousSecretUntil, failingSince, pausedUntil, createdAt, pending, failed } = webhook;
  return fields({
    Id: id,
    Application: application,
    URL: url,
    State: state(webhook),
    ...(failingSince === null ? {} : { 'Failing since': `${time(failingSince)} (${fromNow(failingSince)})` }),
    ...(pausedUntil === null ? {} : { 'Next attempt': `${time(pausedUntil)} (${fromNow(pausedUntil)})` }),
    ...(previousSecretUntil === null ? {} : { 'Former secret signs until': time(previousSecretUntil) }),
    Created: time(createdAt),
    Pending: pending,
    Failed: failed,
  });
}

function state({ state, disabledReason }: Webhook): string {
  return disabledReason === null ? state : DISABLED[disabledReason];
}

export function secretText(webhook: Webhook, secret: string): string {
  const about = fields({ Id: webhook.id, Application: webhook.application, URL: webhook.url, Secret: secret });
  return `${about}\n\nThe secret is shown this once: copy it now. The application verifies every event with it.`;
}

export function webhookTable(webhooks: readonly Webhook[]): string {
  const rows = webhooks.map((webhook) => [
    webhook.id,
    webhook.application,
    webhook.url,
    webhook.state === 'enabled' && webhook.failingSince !== null ? 'failing' : webhook.state,
    webhook.pending,
    webhook.failed,
  ]);
  return table(['ID', 'APPLICATION', 'URL', 'STATE', 'PENDING', 'FAILED'], rows, 'There is no webhook.');
}

export function deliveryTable(deliveries: readonly Delivery[], next: string | null): string {
  const rows = deliveries.map((delivery) => [
    delivery.id,
    delivery.occurredAt,
    delivery.type,
    delivery.userName ?? '-',
    delivery.type === 'webhook.test' ? '-' : `${delivery.roleBefore ?? 'none'} -> ${delivery.roleAfter ?? 'none'}`,
    delivery.state,
    delivery.attempts,
    delivery.lastError ?? delivery.lastStatus ?? '-',
    delivery.nextAttemptAt,
  ]);
  const headings = ['ID', 'TIME', 'TYPE', 'USER', 'ROLE', 'STATE', 'ATTEMPTS', 'LAST ANSWER', 'NEXT ATTEMPT'];
  const list = table(headings, rows, 'There is no such event.');
  return next === null ? list : `${list}\nOlder events: --before ${next}`;
}
