// Requests that the server draws without this page: its jobs, and which of them are this browser's.

import { ApiError, call } from './api.js';

const SERVICE = 'diffusion4j.v1.JobService';
const KEY = 'jobs';

/** Between two questions how a job is going. */
const PAUSE = 1000;

/** Whether the server has jobs. */
export async function hasJobs() {
  try {
    await call(`${SERVICE}/ListGenerationJobs`, { pageSize: 1 });
    return true;
  } catch (error) {
    if (error.http === 404 || error.status === 'UNIMPLEMENTED' || error.status === 'PERMISSION_DENIED') {
      return false;
    }
    throw error;
  }
}

/**
 * Makes jobs of requests.
 *
 * @param requests [{request, caption}]
 * @param about their title and kind, for later visits
 * @returns the requests with their jobs as sources of events
 */
export async function submit(requests, { title, kind }) {
  const parts = [];
  for (const { request: { preview, priority, ...request }, caption } of requests) {
    const { id } = await call(`${SERVICE}/CreateGenerationJob`, {
      request: { ...request, requestId: crypto.randomUUID?.() } });
    parts.push({ id, caption, request });
    remember([...remembered().filter((entry) => entry.parts[0].id !== parts[0].id), { title, kind, parts }]);
  }
  return followed(parts);
}

/** What this browser made jobs of and has not fetched: [{title, kind, requests}], the oldest first. */
export function unfinished() {
  return remembered().map(({ title, kind, parts }) => ({ title, kind, requests: followed(parts) }));
}

function followed(parts) {
  return parts.map(({ id, caption, request }) => ({
    request, caption, events: (_, signal) => follow(id, signal) }));
}

function remembered() {
  return JSON.parse(localStorage.getItem(KEY) ?? '[]');
}

function remember(entries) {
  localStorage.setItem(KEY, JSON.stringify(entries));
}

function forget(id) {
  remember(remembered()
    .map((entry) => ({ ...entry, parts: entry.parts.filter((part) => part.id !== id) }))
    .filter(({ parts }) => parts.length > 0));
}

/** The events of a job, as a stream has them. A job that nobody cancels goes on if the page is closed. */
async function* follow(id, signal) {
  let accepted = false;
  for (;;) {
    if (signal.aborted) {
      await cancel(id);
      throw signal.reason;
    }
    const job = await ask(id);
    if (job !== undefined && !accepted) {
      accepted = true;
      yield ['accepted', { queuePosition: 0, warnings: [] }];
    }
    if (job === undefined) {
      yield ['silent', {}];
    } else if (job.state === 'JOB_STATE_RUNNING') {
      yield ['started', {}];
    } else if (job.state === 'JOB_STATE_SUCCEEDED') {
      yield* pictures(job.response);
      forget(id);
      return;
    } else if (job.state !== 'JOB_STATE_WAITING') {
      forget(id);
      throw new ApiError(job.error ?? { message: 'The job was cancelled.' });
    }
    await pause(signal);
  }
}

async function cancel(id) {
  await call(`${SERVICE}/CancelGenerationJob`, { id });
  forget(id);
}

/** The job; undefined if the server does not answer, which may be because it is restarted. */
async function ask(id) {
  try {
    return await call(`${SERVICE}/GetGenerationJob`, { id });
  } catch (error) {
    if (error.status === 'UNAVAILABLE') {
      return undefined;
    }
    if (error.status === 'NOT_FOUND') {
      forget(id);
    }
    throw error;
  }
}

/** The events of images; what is 0 or empty is absent from the answer of a method, but not from an event. */
function* pictures({ images = [], failures = [], usage }) {
  for (const { metadata: received, data } of images) {
    const metadata = { index: 0, seed: '0', stream: 0, ...received };
    if (data) {
      yield ['image_chunk', { imageIndex: metadata.index, data }];
    }
    yield ['image_done', { metadata }];
  }
  const all = failures.map((failure) => ({ imageIndex: 0, ...failure }));
  yield ['finished', { usage: { refusedImages: 0, ...usage }, failures: all }];
}

function pause(signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PAUSE);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
