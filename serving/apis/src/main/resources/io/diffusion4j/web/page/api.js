// The service over HTTP: proto3 JSON there, server-sent events back.

/** The service did not do what it was asked. */
export class ApiError extends Error {
  /**
   * @param {object} fault an error in the form of Google's APIs
   * @param violations what is wrong with which field: {field, description}; else as the fault says
   */
  constructor(fault, violations = undefined) {
    super(fault.message || 'the server did not say why');
    this.status = fault.status ?? 'UNKNOWN';
    const details = fault.details ?? [];
    const detail = (type) => details.find((d) => String(d['@type']).endsWith(type));
    this.violations = violations ?? detail('google.rpc.BadRequest')?.fieldViolations ?? [];
    this.reason = detail('google.rpc.ErrorInfo')?.reason ?? '';
    this.retryDelay = detail('google.rpc.RetryInfo')?.retryDelay ?? '';
  }
}

let token = sessionStorage.getItem('token') ?? '';

/** Whether this tab was given a token. */
export function hasToken() {
  return token !== '';
}

/** The response of a route, if it is no error. */
export async function ask(path, options = {}) {
  for (;;) {
    const headers = { ...options.headers };
    if (token) {
      headers.authorization = `Bearer ${token}`;
    }
    let response;
    try {
      response = await fetch(path, { ...options, headers });
    } catch (cause) {
      if (cause.name === 'AbortError') {
        throw cause;
      }
      throw new ApiError({ message: 'The server does not answer. Is it still running?', status: 'UNAVAILABLE' });
    }
    if (response.ok) {
      return response;
    }
    const error = new ApiError(await faultOf(response));
    error.http = response.status;
    if (error.status !== 'UNAUTHENTICATED' || !askForToken(error.message)) {
      throw error;
    }
  }
}

async function faultOf(response) {
  try {
    return (await response.json()).error;
  } catch {
    return { message: `The server answered ${response.status} ${response.statusText}` };
  }
}

function askForToken(why) {
  const given = window.prompt(`${why}\n\nThe token of this server:`);
  if (given) {
    token = given.trim();
    sessionStorage.setItem('token', token);
  }
  return Boolean(given);
}

/** The models there are, as Model messages. */
export async function models() {
  return (await (await ask('api/models')).json()).models;
}

/** The words that a model was trained with; none if it has no list of them. */
export async function words(name) {
  const { model } = await call('diffusion4j.v1.ModelService/GetModel', { name });
  return model.words ?? [];
}

/** The answer of a method of the contract that has one. */
export async function call(method, message) {
  const response = await ask(method, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(message),
  });
  return response.json();
}

/** Has a request drawn: its events as they come, each a [name, message]. */
export async function* generate(request, signal) {
  const response = await ask('api/generate', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
    signal,
  });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  let last = '';
  for (;;) {
    const { value, done } = await reader.read().catch((cause) => {
      throw cause.name === 'AbortError' ? cause : broken();
    });
    if (done) {
      break;
    }
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      const [name, message] = parse(block);
      if (name === 'error') {
        throw new ApiError(message.error);
      }
      last = name;
      yield [name, message];
    }
  }
  if (last !== 'finished') {
    throw broken();
  }
}

function broken() {
  return new ApiError({ message: 'The connection broke before the picture was there.' });
}

function parse(block) {
  let name = 'message';
  let data = '';
  for (const line of block.split('\n')) {
    if (line.startsWith('event: ')) {
      name = line.slice(7);
    } else if (line.startsWith('data: ')) {
      data += line.slice(6);
    }
  }
  const message = JSON.parse(data);
  return [name, name === 'error' ? message : Object.values(message)[0]];
}
