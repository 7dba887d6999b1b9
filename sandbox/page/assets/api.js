// Calls to the demo's server.

async function call(path, options) {
  const answer = await fetch(path, options);
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error ?? answer.statusText);
  return body;
}

const post = (path, body = {}) =>
  call(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

export const people = () => call('/api/people');
export const chat = (id) => call(`/api/chat/${id}`);
export const send = (id, text) => post(`/api/chat/${id}/send`, { text });
export const press = (id, messageID, data) => post(`/api/chat/${id}/press`, { message_id: messageID, data });
export const contact = (id) => post(`/api/chat/${id}/contact`);
export const start = (id, payload = '') => post(`/api/chat/${id}/start`, { payload });
export const gallery = () => call('/api/gallery');
export const sticker = (id) => post(`/api/chat/${id}/sticker`);
export const voice = (id) => post(`/api/chat/${id}/voice`);
export const photo = (id, caption) => post(`/api/chat/${id}/photo`, { caption });
export const forward = (id, text) => post(`/api/chat/${id}/forward`, { text });
export const edit = (id, messageID, text) => post(`/api/chat/${id}/edit`, { message_id: messageID, text });
export const group = () => call('/api/group');
export const groupSend = (as, text, to) => post('/api/group/send', { as, text, to });
export const groupPress = (as, messageID, data) => post('/api/group/press', { as, message_id: messageID, data });
export const groupAdd = (as, payload) => post('/api/group/add', { as, payload });
export const steps = () => call('/api/steps');
export const faults = () => call('/api/faults');
export const setFault = (name, on) => post('/api/faults', { name, on });
export const allWell = () => post('/api/faults', { all_well: true });
export const setSpeed = (factor) => post('/api/speed', { factor });
export const fileURL = (fileID) => `/api/file/${encodeURIComponent(fileID)}`;

// events follows all changes. on.ready is called after each connection, the first and every later one: what happened
// before it is not told, so everything must be read anew.
export function events(on) {
  const stream = new EventSource('/api/events');
  stream.addEventListener('ready', () => on.ready());
  stream.addEventListener('change', (e) => on.change(JSON.parse(e.data)));
  stream.addEventListener('panel', (e) => on.panel(JSON.parse(e.data)));
  stream.addEventListener('error', () => on.lost());
}
