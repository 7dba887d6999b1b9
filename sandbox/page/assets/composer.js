// The foot of a phone: the field to write in, the menu of commands and the bot's reply keyboard.

import { button, element, icon } from './dom.js';
import { label, placeholder, word } from './words.js';

const sample = '0661234567 500'; // is forwarded when nothing is written

// Composer belongs to one phone, to whose methods it hands what the person does.
export class Composer {
  constructor(phone) {
    this.phone = phone;
    this.all = [];
    this.field = element('textarea');
    this.field.rows = 1;
    this.field.maxLength = 4096;
    this.field.dir = 'auto';
    this.field.dataset.composer = '';
    label(this.field, 'composer.placeholder');
    placeholder(this.field, 'composer.placeholder');
    this.menu = label(button('tool', () => this.toggleCommands(), icon('menu')), 'composer.commands');
    this.toggle = label(button('tool', () => this.showKeyboard(this.keys.hidden), icon('keyboard')), 'composer.keyboard');
    this.attach = label(button('tool', () => this.showThings(this.things.hidden), icon('attach')), 'composer.attach');
    this.attach.dataset.attach = '';
    const send = label(button('send', () => this.submit(), icon('send')), 'composer.send');
    send.dataset.send = '';
    this.commands = element('ul', 'commands');
    this.things = element('ul', 'commands things', ...this.thingButtons());
    this.keys = element('div', 'reply-keyboard');
    this.editing = word(element('p', 'editing'), 'composer.editing');
    this.answering = element('p', 'editing', word(element('span'), 'composer.replying'),
      label(button('', () => this.leaveReply(), icon('close')), 'alert.cancel'));
    this.answering.hidden = true;
    this.editing.hidden = this.things.hidden = this.commands.hidden = this.keys.hidden = this.toggle.hidden = this.menu.hidden = true;
    const line = element('div', 'composer', this.menu, this.attach, this.field, this.toggle, send);
    this.node = element('footer', '', this.commands, this.things, this.editing, this.answering, line, this.keys);

    this.field.addEventListener('input', () => this.typed());
    this.field.addEventListener('keydown', (e) => this.key(e));
    this.commands.addEventListener('keydown', (e) => this.key(e));
    this.things.addEventListener('keydown', (e) => this.thingKey(e));
  }

  // thingButtons are what can be sent besides a text. A photo takes what is written as its caption.
  thingButtons() {
    const acts = [
      ['sticker', 'composer.sticker', () => this.phone.sendSticker()],
      ['voice', 'composer.voice', () => this.phone.sendVoice()],
      ['photo', 'composer.photo', () => this.phone.sendPhoto(this.taken())],
      ['forward', 'composer.forward', () => this.phone.forward(this.taken() || sample)],
      ['edit', 'composer.edit', () => this.edit()],
    ];
    return acts.map(([name, key, act]) => {
      const node = button('', () => {
        this.showThings(false);
        this.field.focus();
        act();
      }, word(element('span'), key));
      node.dataset.thing = name;
      return element('li', '', node);
    });
  }

  // onlyTexts takes away what a group chat does not take.
  onlyTexts() {
    this.attach.hidden = true;
  }

  showThings(visible) {
    this.things.hidden = !visible;
    this.attach.setAttribute('aria-expanded', String(visible));
    if (!visible) return;
    this.showCommands([]);
    this.things.querySelector('[data-thing="edit"]').disabled = !this.phone.lastTyped();
    this.things.querySelector('button').focus();
  }

  thingKey(e) {
    const choices = [...this.things.querySelectorAll('button:enabled')];
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (e.key === 'Escape') {
      this.showThings(false);
      this.attach.focus();
    } else if (step) {
      e.preventDefault();
      choices.at((choices.indexOf(document.activeElement) + step) % choices.length).focus();
    }
  }

  // taken empties the field.
  taken() {
    const text = this.field.value.trim();
    this.field.value = '';
    this.typed();
    return text;
  }

  // edit puts the last text that was typed into the field, to be sent in its place.
  edit() {
    const last = this.phone.lastTyped();
    if (!last) return;
    this.edited = last.message_id;
    this.editing.hidden = false;
    this.fill(last.text);
  }

  leaveEdit() {
    this.edited = 0;
    this.editing.hidden = true;
  }

  // reply makes the next text an answer to a message.
  reply(messageID) {
    this.to = messageID;
    this.answering.hidden = false;
    this.field.focus();
  }

  leaveReply() {
    this.to = 0;
    this.answering.hidden = true;
  }

  // fill puts a text into the field for the person to look at and send.
  fill(text) {
    this.field.value = text;
    this.typed();
    this.field.focus();
  }

  submit() {
    const text = this.field.value;
    if (!text.trim()) return;
    this.field.value = '';
    this.typed();
    const { edited, to } = this;
    this.leaveEdit();
    this.leaveReply();
    if (edited) this.phone.editText(edited, text);
    else this.phone.sendText(text, to);
  }

  typed() {
    this.field.style.height = 'auto';
    this.field.style.height = `${this.field.scrollHeight}px`;
    const begun = /^\/(\w*)$/.exec(this.field.value);
    this.showCommands(begun ? this.all.filter((c) => c.command.startsWith(begun[1])) : []);
  }

  key(e) {
    const choices = [...this.commands.querySelectorAll('button')];
    const at = choices.indexOf(document.activeElement);
    if (e.key === 'Enter' && !e.shiftKey && !e.isComposing && e.target === this.field) {
      e.preventDefault();
      this.submit();
    } else if (e.key === 'Escape' && this.edited) {
      this.leaveEdit();
      this.taken();
    } else if (e.key === 'Escape' && this.to) {
      this.leaveReply();
    } else if (e.key === 'Escape' && choices.length) {
      this.showCommands([]);
      this.field.focus();
    } else if (e.key === 'ArrowUp' && e.target === this.field && !this.field.value) {
      e.preventDefault();
      this.phone.focusNewest();
    } else if (e.key === 'ArrowUp' && choices.length) {
      e.preventDefault();
      choices.at(at < 0 ? -1 : at - 1).focus();
    } else if (e.key === 'ArrowDown' && at >= 0) {
      e.preventDefault();
      (choices[at + 1] ?? this.field).focus();
    }
  }

  // setCommands takes the person's menu. One that is the same already stays as it is, closed or open.
  setCommands(commands) {
    if (JSON.stringify(commands) === JSON.stringify(this.all)) return;
    this.all = commands;
    this.menu.hidden = commands.length === 0;
    this.showCommands([]);
  }

  toggleCommands() {
    this.showCommands(this.commands.hidden ? this.all : []);
    this.commands.querySelector('button')?.focus();
  }

  showCommands(list) {
    this.commands.hidden = list.length === 0;
    this.menu.setAttribute('aria-expanded', String(list.length > 0));
    this.commands.replaceChildren(...list.map((c) => {
      const description = element('span', '', c.description);
      description.dir = 'auto';
      return element('li', '', button('', () => this.choose(c), element('b', '', `/${c.command}`), description));
    }));
  }

  choose(command) {
    this.field.value = '';
    this.typed();
    this.field.focus();
    this.phone.sendText(`/${command.command}`);
  }

  // setKeyboard shows the bot's reply keyboard, or takes it away when there is none. The one that is there already
  // stays as it is, closed or open.
  setKeyboard(markup) {
    const now = JSON.stringify(markup ?? null);
    if (now === this.keyboard) return;
    this.keyboard = now;
    this.toggle.hidden = !markup;
    placeholder(this.field, 'composer.placeholder', markup?.input_field_placeholder);
    this.keys.replaceChildren(...replyRows(markup?.keyboard ?? [], (b) =>
      b.request_contact ? this.phone.shareContact() : this.phone.sendText(b.text)));
    this.showKeyboard(Boolean(markup));
  }

  showKeyboard(visible) {
    this.keys.hidden = !visible;
    this.toggle.setAttribute('aria-expanded', String(visible));
    this.phone.resized();
  }
}

// replyRows draws the rows of a reply keyboard. act takes the button that is tapped.
export function replyRows(rows, act) {
  return rows.map((row) => element('div', 'row', ...row.map((b) => {
    const text = element('span', 'label', b.text);
    text.dir = 'auto';
    const node = button(`key ${b.style ?? ''}`, () => act(b), text);
    if (b.request_contact) node.dataset.requestContact = '';
    return node;
  })));
}
