import { answerCredentials, type CredentialParts } from '../auth/answer-credentials.ts';
import { type Answer, GoogleError } from './answer.ts';
import { type ApiService, answerApi } from './answer-api.ts';
import { answerBatch, isBatch } from './answer-batch.ts';
import type { Received } from './serve.ts';

/** Answers whatever comes to the hosts of Google that the emulator stands in for. */
export async function answerRequest(received: Received, service: ApiService & CredentialParts): Promise<Answer> {
  if (received.path.startsWith('/admin/')) return answerApi({ ...received, batch: false }, service);
  try {
    if (isBatch(received.path)) return await answerBatch(received, service);
  } catch (error) {
    if (error instanceof GoogleError) return error.answer;
    throw error;
  }
  return answerCredentials(received, service) ?? { status: 404, text: 'Not Found' };
}
