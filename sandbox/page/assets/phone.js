// A person's phone with the chat with the bot on it.

import * as api from './api.js';
import { Composer } from './composer.js';
import { avatar, button, element, icon } from './dom.js';
import { startPayload } from './links.js';
import { messageNode } from './message.js';
import { ask, copyText, showPicture, showToast } from './notice.js';
import { choose, currentLanguage, day, discOf, label, named, say, word } from './words.js';

const typingTime = 5000; // how long Telegram shows "typing"
const pressTime = 30000; // how long a button waits for the bot's answer
const nearEnd = 80; // pixels from the end within which the list follows new messages

// Phone shows one person's chat. The page it stands on gives it openLink, scan and unread.
export class Phone {
  constructor(person, bot, page, more = {}) {
    Object.assign(this, { id: person.id, person, bot, page, ...more });
    this.messages = new Map();
    this.drawn = new Map(); // message ID to {node, of}
    this.busy = new Map(); // "message/data" to the callback query's ID
    this.answered = new Set(); // queries whose answer came before the press returned
    this.follows = true; // the list stays at its end
    this.top = 0; // where the list was when that was last decided
    this.changes = 0;
    this.unread = 0;
    this.build();
  }

  // me is whose own messages are.
  get me() {
    return this.id;
  }

  build() {
    this.composer = new Composer(this);
    this.status = word(element('small'), 'chat.bot');
    this.log = element('ol', 'log');
    this.log.setAttribute('role', 'log');
    label(this.log, 'chat.log');
    this.empty = this.emptiness();
    this.scroll = element('div', 'scroll', this.empty, this.log);
    this.scroll.tabIndex = 0;
    this.scroll.addEventListener('scroll', () => this.scrolled());
    this.toEnd = label(button('to-end', () => this.goToEnd(), icon('down'), element('b', 'badge')), 'chat.down');
    this.toEnd.hidden = true;
    const toasts = element('div', 'toasts');
    toasts.setAttribute('role', 'status');
    this.screen = element('div', 'screen',
      element('div', 'chat', this.heading(), element('div', 'middle', this.scroll, this.toEnd), this.composer.node), toasts);
    this.node = element('section', `phone ${this.person.role}`, this.caption(), this.screen);
    this.node.dataset.person = this.id;
    this.node.id = `phone-${this.id}`;
    label(this.node, `role.${this.person.role}`);
    this.watchSize();
  }

  heading() {
    return element('header', '', avatar(this.bot.name, 'bot'), element('div', '', element('b', '', this.bot.name), this.status));
  }

  // emptiness stands where no message is yet.
  emptiness() {
    this.about = element('p');
    this.about.dir = 'auto';
    const begin = word(button('begin', () => this.start('')), 'chat.start');
    return element('div', 'empty', avatar(this.bot.name, 'bot'), this.about, word(element('p'), 'chat.empty'), begin);
  }

  caption() {
    const name = named(element('b'), this.person.names);
    name.dir = 'auto';
    return element('div', 'person', this.disc(), name,
      word(element('span', 'role'), `role.${this.person.role}`));
  }

  // disc is the person's first letter, in the language of the page.
  disc() {
    return discOf(this.person);
  }

  // watchSize keeps the end of the chat in view when the keyboard opens or the window changes.
  watchSize() {
    new ResizeObserver(() => this.resized()).observe(this.scroll);
  }

  // sync reads the whole chat, and again when it changed in the meantime.
  async sync() {
    let before;
    do {
      before = this.changes;
      const chat = await this.read();
      if (before !== this.changes) continue;
      this.messages = new Map(chat.messages.map((m) => [m.message_id, m]));
      this.composer.setCommands(chat.commands);
      this.composer.setKeyboard(chat.keyboard);
      if (chat.about) named(this.about, chat.about);
      this.draw();
    } while (before !== this.changes);
  }

  read() {
    return api.chat(this.id);
  }

  // apply takes one change told by the server.
  apply(change) {
    this.changes++;
    switch (change.kind) {
      case 'message':
      case 'edit':
        this.receive(change);
        break;
      case 'delete':
        this.messages.delete(change.message_id);
        this.draw();
        break;
      case 'answer':
        this.answer(change.answer);
        break;
      case 'action':
        this.showAction(change.action);
        break;
    }
  }

  receive({ kind, message, keyboard }) {
    const known = this.messages.has(message.message_id);
    this.messages.set(message.message_id, message);
    if (kind === 'message') this.composer.setKeyboard(keyboard);
    const own = message.from?.id === this.me;
    if (own) this.goToEnd();
    else this.showAction('');
    this.draw();
    if (!own && !known && kind === 'message' && !(this.follows && this.page.sees(this))) {
      this.setUnread(this.unread + 1);
    }
  }

  // draw brings the list in line with the messages. What has not changed keeps its node, and with it the focus.
  draw() {
    if (this.scroll.scrollTop !== this.top) this.scrolled();
    const list = [...this.messages.values()].sort((a, b) => a.message_id - b.message_id);
    const lastOfBot = list.findLast((m) => m.from?.id !== this.me)?.message_id ?? 0;
    const focus = this.focusedKey();
    const nodes = [];
    let today = '';
    for (const message of list) {
      const name = day(message.date);
      if (name !== today) nodes.push(this.daySign(name));
      today = name;
      const own = message.from?.id === this.me;
      nodes.push(this.nodeOf(message, own && message.message_id < lastOfBot));
    }
    this.place(nodes);
    for (const id of this.drawn.keys()) if (!this.messages.has(id)) this.drawn.delete(id);
    this.empty.hidden = list.length > 0;
    this.markBusy();
    if (focus) this.log.querySelector(focus)?.focus({ preventScroll: true });
    if (this.follows) this.goToEnd();
  }

  nodeOf(message, read) {
    const of = JSON.stringify([message, read, currentLanguage(), this.me]);
    const before = this.drawn.get(message.message_id);
    if (before?.of === of) return before.node;
    const node = messageNode(message, this, read);
    this.drawn.set(message.message_id, { node, of });
    return node;
  }

  daySign(name) {
    return element('li', 'day', element('span', 'pill', name));
  }

  place(nodes) {
    nodes.forEach((node, i) => {
      const there = this.log.children[i];
      if (there === node) return;
      if (there?.matches('.day') && node.matches('.day')) there.replaceWith(node);
      else this.log.insertBefore(node, there ?? null);
    });
    while (this.log.children.length > nodes.length) this.log.lastChild.remove();
  }

  focusedKey() {
    const key = document.activeElement?.closest('[data-callback]');
    if (!key || !this.log.contains(key)) return '';
    const id = key.closest('[data-message]').dataset.message;
    return `[data-message="${id}"] [data-callback="${CSS.escape(key.dataset.callback)}"]`;
  }

  async press(messageID, data) {
    const key = `${messageID}/${data}`;
    if (this.busy.has(key)) return;
    this.busy.set(key, '');
    this.markBusy();
    try {
      const { query_id: query } = await this.ask(messageID, data);
      if (this.answered.delete(query)) this.release(key);
      else {
        this.busy.set(key, query);
        setTimeout(() => this.busy.get(key) === query && this.release(key), pressTime);
      }
    } catch {
      this.release(key);
      this.toast(say('page.failed'));
    }
  }

  ask(messageID, data) {
    return api.press(this.id, messageID, data);
  }

  release(key) {
    this.busy.delete(key);
    this.markBusy();
  }

  answer(answer) {
    const key = [...this.busy].find(([, query]) => query === answer.callback_query_id)?.[0];
    if (key) this.release(key);
    else this.answered.add(answer.callback_query_id);
    if (answer.url) this.follow(answer.url);
    else if (answer.text && answer.show_alert) {
      ask(this.screen, { kind: 'alert', text: answer.text, answers: [{ value: true, key: 'alert.ok' }] });
    } else if (answer.text) this.toast(answer.text);
  }

  markBusy() {
    for (const node of this.log.querySelectorAll('[data-callback]')) {
      const key = `${node.closest('[data-message]').dataset.message}/${node.dataset.callback}`;
      node.classList.toggle('busy', this.busy.has(key));
    }
  }

  showAction(action) {
    clearTimeout(this.actionTimer);
    if (action === '') this.rest();
    else word(this.status, action === 'typing' ? 'chat.typing' : 'chat.sending');
    this.status.classList.toggle('active', action !== '');
    if (action !== '') this.actionTimer = setTimeout(() => this.showAction(''), typingTime);
  }

  // rest says what the bot does when it does nothing.
  rest() {
    word(this.status, 'chat.bot');
  }

  // senderOf is who wrote a message, where that must be said.
  senderOf() {
    return null;
  }

  nameOf(user) {
    return user?.id === this.me ? choose(this.person.names) : this.bot.name;
  }

  answerButton() {
    return null;
  }

  sendText(text) {
    this.tell(api.send(this.id, text));
  }

  sendSticker() {
    this.tell(api.sticker(this.id));
  }

  sendVoice() {
    this.tell(api.voice(this.id));
  }

  sendPhoto(caption) {
    this.tell(api.photo(this.id, caption));
  }

  forward(text) {
    this.tell(api.forward(this.id, text));
  }

  editText(messageID, text) {
    this.tell(api.edit(this.id, messageID, text));
  }

  // lastTyped is the person's newest message that is a text of its own.
  lastTyped() {
    return [...this.messages.values()].sort((a, b) => b.message_id - a.message_id)
      .find((m) => m.from?.id === this.id && m.text && !m.forward_origin);
  }

  start(payload) {
    this.tell(api.start(this.id, payload));
  }

  async shareContact() {
    const yes = await ask(this.screen, {
      kind: 'question', title: 'contact.title', text: { key: 'contact.text' },
      answers: [{ value: true, key: 'contact.yes' }, { value: null, key: 'alert.cancel' }],
    });
    if (yes) this.tell(api.contact(this.id));
  }

  async tell(request) {
    try {
      await request;
    } catch {
      this.toast(say('page.failed'));
    }
  }

  // follow opens the address that came with the answer to a press: of the bot itself, by what it may be.
  follow(address) {
    const payload = startPayload(address, this.bot.username);
    if (payload !== null) this.start(payload);
  }

  // openLink asks who opens a deep link to the bot.
  async openLink(address) {
    const payload = startPayload(address, this.bot.username);
    const answers = this.page.people().map((p) => ({ value: p.id, node: p.choice() }));
    const id = await ask(this.screen, {
      kind: 'question chooser', title: 'link.title', answers: [...answers, { value: null, key: 'alert.cancel' }],
    });
    if (id !== null) this.page.startAs(id, payload);
  }

  // addToGroup asks whether the bot is brought into the page's group, by a link that does so.
  async addToGroup(payload) {
    const group = this.page.group;
    if (!group) {
      this.toast(say('message.unsupported'));
      return;
    }
    const yes = await ask(this.screen, {
      kind: 'question chooser', title: 'group.title', answers: [{ value: true, node: group.choice() }, { value: null, key: 'alert.cancel' }],
    });
    if (yes) this.page.addToGroup(this.id, payload);
  }

  choice() {
    return element('span', 'choice', this.disc(), named(element('bdi'), this.person.names),
      word(element('small'), `role.${this.person.role}`));
  }

  // scan opens the link of a QR picture the way the customer's camera does.
  scan(payload) {
    const customer = this.page.phones.find((p) => p.person.role === 'customer') ?? this;
    this.page.startAs(customer.id, payload);
  }

  async copy(text) {
    await copyText(text);
    this.toast(say('message.copied'));
  }

  fileURL(id) {
    return api.fileURL(id);
  }

  toast(text) {
    showToast(this.screen, text);
  }

  showPicture(source, description) {
    showPicture(source, description);
  }

  // focusNewest goes from the field to the buttons of the newest message that has some.
  focusNewest() {
    const nodes = [...this.log.querySelectorAll('.message')];
    nodes.findLast((n) => n.querySelector('.key'))?.querySelector('.key').focus();
  }

  // showMessage scrolls to an earlier message and lights it up.
  showMessage(id) {
    const node = this.drawn.get(id)?.node;
    if (!node) return;
    node.scrollIntoView({ block: 'center', behavior: 'smooth' });
    node.classList.remove('lit');
    requestAnimationFrame(() => node.classList.add('lit'));
  }

  scrolled() {
    if (!this.scroll.clientHeight) return; // behind another tab
    this.top = this.scroll.scrollTop;
    this.follows = this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < nearEnd;
    if (this.follows && this.page.sees(this)) this.setUnread(0);
    this.toEnd.hidden = this.follows;
  }

  resized() {
    if (this.follows) this.goToEnd();
  }

  goToEnd() {
    this.follows = true;
    this.scroll.scrollTop = this.scroll.scrollHeight;
    this.top = this.scroll.scrollTop;
    this.toEnd.hidden = true;
    if (this.page.sees(this)) this.setUnread(0);
  }

  setUnread(count) {
    this.unread = count;
    this.toEnd.querySelector('.badge').textContent = count || '';
    this.page.showUnread(this);
  }
}
