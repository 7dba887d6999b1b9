// A message's text with its entities as DOM nodes. Offsets are UTF-16 units, as JavaScript counts. Every line is a
// block of its own with dir="auto", so that each finds its own direction; inline nodes get no direction, for an isolate
// would hide its letters from the line it stands in.

import { button, element, icon } from './dom.js';
import { startPayload, webAddress } from './links.js';
import { label } from './words.js';

const blockTypes = { pre: 'pre', blockquote: 'quote', expandable_blockquote: 'quote' };
const inlineTags = { bold: 'b', italic: 'i', underline: 'u', strikethrough: 's' };

// formatted gives the blocks of a text. The taps go to phone: sendText, openLink, copy.
export function formatted(text, entities, phone) {
  const sorted = [...(entities ?? [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  const inline = sorted.filter((e) => !blockTypes[e.type]);
  const out = document.createDocumentFragment();
  let at = 0;
  for (const e of sorted.filter((e) => blockTypes[e.type])) {
    if (e.offset < at) continue;
    const end = e.offset + e.length;
    addLines(out, text, at, text[e.offset - 1] === '\n' ? e.offset - 1 : e.offset, inline, phone);
    out.append(block(e, text, end, inline, phone));
    at = text[end] === '\n' ? end + 1 : end;
  }
  addLines(out, text, at, text.length, inline, phone);
  return out;
}

function block(entity, text, end, inline, phone) {
  const node = element('div', blockTypes[entity.type]);
  addLines(node, text, entity.offset, text[end - 1] === '\n' ? end - 1 : end, inline, phone);
  if (entity.type === 'pre') {
    const whole = text.slice(entity.offset, end);
    node.append(label(button('copy-block', () => phone.copy(whole), icon('copy')), 'message.copy'));
  }
  return node;
}

function addLines(parent, text, start, end, entities, phone) {
  for (let at = start; at < end || (at === end && text[at - 1] === '\n' && at > start);) {
    let stop = text.indexOf('\n', at);
    if (stop < 0 || stop > end) stop = end;
    const line = element('div', 'line');
    line.dir = 'auto';
    addInline(line, text, at, stop, entities, phone);
    if (at === stop) line.append(document.createElement('br'));
    parent.append(line);
    at = stop + 1;
  }
}

function addInline(parent, text, start, end, entities, phone) {
  let at = start;
  entities.forEach((e, i) => {
    const from = Math.max(e.offset, at);
    const to = Math.min(e.offset + e.length, end);
    if (from >= to || from < at) return;
    parent.append(text.slice(at, from));
    const node = wrapper(e, text.slice(e.offset, e.offset + e.length), phone);
    addInline(node, text, from, to, entities.slice(i + 1), phone);
    parent.append(node);
    at = to;
  });
  parent.append(text.slice(at, end));
}

function wrapper(entity, inner, phone) {
  if (inlineTags[entity.type]) return document.createElement(inlineTags[entity.type]);
  switch (entity.type) {
    case 'spoiler':
      return spoiler();
    case 'code':
      return label(tappable(element('code'), () => phone.copy(inner)), 'message.copy');
    case 'url':
      return link(inner, phone);
    case 'text_link':
      return link(entity.url, phone);
    case 'bot_command':
      return tappable(element('span', 'link'), () => phone.sendText(inner));
    case 'mention':
    case 'text_mention':
    case 'hashtag':
    case 'cashtag':
    case 'email':
    case 'phone_number':
      return element('span', 'link');
    default:
      return element('span');
  }
}

function link(address, phone) {
  const href = webAddress(address);
  if (startPayload(address, phone.bot.username) !== null) {
    return tappable(element('span', 'link'), () => phone.openLink(address));
  }
  if (!href) return element('span', 'link');
  const node = element('a', 'link');
  node.href = href;
  node.target = '_blank';
  node.rel = 'noopener noreferrer';
  return node;
}

// spoiler hides what is in it; a tap reveals all spoilers of the message, as Telegram does.
function spoiler() {
  const node = element('span', 'spoiler');
  label(tappable(node, () => reveal(node.closest('[data-message]'))), 'message.spoiler');
  return node;
}

// reveal shows what the spoilers of a message hide.
export function reveal(message) {
  message.classList.add('revealed');
  for (const node of message.querySelectorAll('.spoiler')) {
    node.removeAttribute('role');
    node.removeAttribute('tabindex');
    node.removeAttribute('aria-label');
    delete node.dataset.wordLabel;
  }
}

// tappable makes an inline node act like a button. A real button would be a box that the text's direction cannot cross.
function tappable(node, act) {
  node.tabIndex = 0;
  node.setAttribute('role', 'button');
  node.addEventListener('click', (e) => {
    if (node.getAttribute('role') === 'button' && !hiddenBySpoiler(node)) act(e);
  });
  node.addEventListener('keydown', (e) => {
    if (e.key !== 'Enter' && e.key !== ' ') return;
    e.preventDefault();
    node.click();
  });
  return node;
}

function hiddenBySpoiler(node) {
  return node.parentElement?.closest('.spoiler') && !node.closest('.revealed');
}
