// Links, and among them the deep links that start the bot: https://t.me/<bot>?start=<payload>.

const telegramHosts = ['t.me', 'www.t.me', 'telegram.me', 'telegram.dog'];

function parse(text) {
  try {
    return new URL(/^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`);
  } catch {
    return null;
  }
}

// webAddress gives the address to open for a link, or '' when it is not one of the web.
export function webAddress(text) {
  const url = parse(text);
  return url && ['http:', 'https:'].includes(url.protocol) ? url.href : '';
}

// startPayload gives the payload of a deep link to the bot, '' when it has none, or null for any other link.
export function startPayload(text, bot) {
  const asked = toBot(text, bot);
  return asked && !asked.has('startgroup') ? payloadIn(asked, 'start') : null;
}

// groupPayload gives the payload of a link that brings the bot into a group, '' when it has none, or null for any other
// link.
export function groupPayload(text, bot) {
  const asked = toBot(text, bot);
  return asked?.has('startgroup') ? payloadIn(asked, 'startgroup') : null;
}

// toBot gives what a link asks of the bot, or null where it leads elsewhere.
function toBot(text, bot) {
  const url = parse(text);
  if (!url) return null;
  let name = '';
  if (url.protocol === 'tg:' && url.href.startsWith('tg://resolve?')) name = url.searchParams.get('domain') ?? '';
  else if (telegramHosts.includes(url.hostname)) name = url.pathname.slice(1);
  return name.toLowerCase() === bot.toLowerCase() ? url.searchParams : null;
}

function payloadIn(asked, name) {
  const payload = asked.get(name) ?? '';
  return /^[\w-]{0,64}$/.test(payload) ? payload : null;
}

// payloadOf looks through a message's caption and buttons for a deep link that carries a payload, which is what its
// picture shows as a QR code; '' when there is none.
export function payloadOf(message, bot) {
  const links = (message.caption_entities ?? []).map((e) =>
    e.url ?? (e.type === 'url' ? message.caption.slice(e.offset, e.offset + e.length) : ''));
  for (const row of message.reply_markup?.inline_keyboard ?? []) {
    for (const b of row) links.push(b.url ?? b.copy_text?.text ?? '');
  }
  return links.map((link) => startPayload(link, bot)).find(Boolean) ?? '';
}
