// One message: its bubble and the buttons under it.

import { button, element, icon } from './dom.js';
import { groupPayload, payloadOf, startPayload, webAddress } from './links.js';
import { formatted, reveal } from './text.js';
import { clock, label, say, size, word } from './words.js';

// messageNode draws a message as its person sees it. read tells of an own one that the bot has written since.
export function messageNode(message, phone, read) {
  const own = message.from?.id === phone.me;
  const node = element('li', `message ${own ? 'out' : 'in'}`);
  node.dataset.message = message.message_id;
  if (message.pinned_message) {
    node.className = 'message service';
    node.append(word(element('span', 'pill'), 'message.pinned'));
    return node;
  }
  const text = message.text ?? message.caption ?? '';
  const body = element('div', 'body',
    text ? element('div', 'text', formatted(text, message.entities ?? message.caption_entities, phone)) : null,
    meta(message, own, read, phone));
  node.append(element('div', 'bubble', phone.senderOf(message), origin(message), quote(message.reply_to_message, phone), media(message, phone), body));
  node.classList.toggle('with-media', Boolean(message.photo));
  node.classList.toggle('caption-first', Boolean(message.show_caption_above_media));
  const keyboard = message.reply_markup?.inline_keyboard;
  if (keyboard?.length) {
    node.classList.add('with-keyboard');
    node.append(inlineKeyboard(keyboard, message, phone));
  }
  const payload = message.photo && payloadOf(message, phone.bot.username);
  if (payload) node.append(button('scan', () => phone.scan(payload), icon('scan'), word(element('span'), 'message.scan')));
  return node;
}

function meta(message, own, read, phone) {
  const node = element('div', 'meta');
  if (message.has_protected_content) {
    const sign = element('span', 'protected', icon('lock'));
    sign.setAttribute('role', 'img');
    sign.title = say('message.protected');
    node.append(label(sign, 'message.protected'));
  }
  if (message.edit_date) node.append(word(element('span', 'edited'), 'message.edited'));
  const time = element('time', '', clock(message.date));
  time.dateTime = new Date(message.date * 1000).toISOString();
  node.append(time);
  if (own) node.append(icon(read ? 'read' : 'sent', 'ticks'));
  const answer = own ? null : phone.answerButton(message);
  if (answer) node.append(answer);
  return node;
}

function quote(to, phone) {
  if (!to) return null;
  const text = element('span', 'excerpt', excerpt(to.text ?? to.caption ?? '', to.entities ?? to.caption_entities ?? []) || say('message.photo'));
  text.dir = 'auto';
  return button('reply-quote', () => phone.showMessage(to.message_id), element('b', '', phone.nameOf(to.from)), text);
}

// excerpt is the first line of a text, with its spoilers blotted out.
function excerpt(text, entities) {
  for (const e of entities.filter((e) => e.type === 'spoiler')) {
    text = text.slice(0, e.offset) + '░'.repeat(e.length) + text.slice(e.offset + e.length);
  }
  return text.split('\n', 1)[0];
}

function media(message, phone) {
  if (message.photo) return photo(message, phone);
  if (message.document) return file(message.document, phone);
  if (message.contact) return contactCard(message.contact);
  if (message.sticker) return element('span', 'sticker', message.sticker.emoji);
  if (message.voice) return voice(message.voice);
  return null;
}

function photo(message, phone) {
  const best = message.photo.reduce((a, b) => (b.width > a.width ? b : a));
  const image = element('img');
  image.src = phone.fileURL(best.file_id);
  image.width = best.width;
  image.height = best.height;
  image.alt = message.caption ?? say('message.photo');
  const node = button('photo', () => {
    const item = node.closest('[data-message]');
    if (message.has_media_spoiler && !item.classList.contains('revealed')) reveal(item);
    else phone.showPicture(image.src, image.alt);
  }, image);
  node.classList.toggle('veiled', Boolean(message.has_media_spoiler));
  return label(node, 'photo.view');
}

function file(document, phone) {
  const name = document.file_name ?? document.file_id;
  const words = element('span', '', element('b', '', name), document.file_size ? element('small', '', size(document.file_size)) : null);
  words.firstChild.dir = 'auto';
  const node = element('a', 'document', element('span', 'disc', icon('file')), words);
  node.href = phone.fileURL(document.file_id);
  node.download = name;
  return node;
}

function voice(note) {
  const time = element('small', '', `0:${String(note.duration).padStart(2, '0')}`);
  return element('div', 'contact', element('span', 'disc', icon('voice')), element('span', '', word(element('b'), 'message.voice'), time));
}

// origin tells who wrote a forwarded message.
function origin(message) {
  if (!message.forward_origin) return null;
  return element('div', 'origin', word(element('span'), 'message.forwarded'), ' ', element('bdi', '', message.forward_origin.sender_user_name ?? ''));
}

function contactCard(contact) {
  const name = [contact.first_name, contact.last_name].filter(Boolean).join(' ');
  const phone = element('bdi', '', `+${contact.phone_number.replace(/^\+/, '')}`);
  phone.dir = 'ltr';
  return element('div', 'contact', element('span', 'disc', icon('phone')), element('span', '', element('b', '', name), element('small', '', phone)));
}

function inlineKeyboard(rows, message, phone) {
  return element('div', 'inline-keyboard', ...rows.map((row) =>
    element('div', 'row', ...row.map((b) => inlineButton(b, message, phone)))));
}

function inlineButton(b, message, phone) {
  const text = element('span', 'label', b.text);
  text.dir = 'auto';
  const style = `key ${b.style ?? ''}`;
  if (b.callback_data) {
    const node = button(style, () => phone.press(message.message_id, b.callback_data), text);
    node.dataset.callback = b.callback_data;
    return node;
  }
  if (b.copy_text) return button(`${style} copy`, () => phone.copy(b.copy_text.text), text, icon('copy', 'corner'));
  const invites = b.url ? groupPayload(b.url, phone.bot.username) : null;
  if (invites !== null) return button(`${style} url`, () => phone.addToGroup(invites), text, icon('link', 'corner'));
  if (b.url && startPayload(b.url, phone.bot.username) !== null) {
    return button(`${style} url`, () => phone.openLink(b.url), text, icon('link', 'corner'));
  }
  if (b.url && webAddress(b.url)) {
    const node = element('a', `${style} url`, text, icon('link', 'corner'));
    node.href = webAddress(b.url);
    node.target = '_blank';
    node.rel = 'noopener noreferrer';
    return node;
  }
  return button(style, () => phone.toast(say('message.unsupported')), text);
}
