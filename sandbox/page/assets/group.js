// The group chat: a phone that all people of the page look at together. One of them, its speaker, is who types and taps.

import * as api from './api.js';
import { button, element, icon } from './dom.js';
import { startPayload } from './links.js';
import { Phone } from './phone.js';
import { choose, discOf, label, named, word } from './words.js';

// GroupChat is made with what Phone is made with, and {members: people of the page}.
export class GroupChat extends Phone {
  build() {
    this.speaker = this.members[0].id;
    this.hasBot = false;
    super.build();
    this.composer.onlyTexts();
    this.node.classList.add('unused');
    this.rest();
  }

  get me() {
    return this.speaker;
  }

  heading() {
    this.speakers = this.members.map((m) => {
      const node = button('speaker', () => this.speak(m.id), discOf(m));
      node.dataset.speaker = m.id;
      return node;
    });
    const group = element('div', 'speakers', ...this.speakers);
    group.setAttribute('role', 'group');
    label(group, 'group.speakers');
    return element('header', '', this.disc(), element('div', '', named(element('b'), this.person.names), this.status), group);
  }

  emptiness() {
    this.add = word(button('begin add-bot', () => this.addBot('')), 'group.add');
    this.invite = element('div', 'invite', word(element('p'), 'group.empty'), this.add);
    return element('div', 'empty', this.disc(), this.invite);
  }

  // speak makes a person the speaker.
  speak(id) {
    this.speaker = id;
    this.composer.leaveReply();
    this.rest();
    this.draw();
  }

  // rest tells who speaks.
  rest() {
    const now = this.members.find((m) => m.id === this.speaker);
    delete this.status.dataset.word;
    const name = named(element('bdi'), now.names);
    this.status.replaceChildren(word(element('span'), 'group.as'), ' ', name);
    for (const node of this.speakers) {
      const member = this.members.find((m) => String(m.id) === node.dataset.speaker);
      node.setAttribute('aria-pressed', String(member === now));
      node.title = choose(member.names);
      node.setAttribute('aria-label', choose(member.names));
    }
  }

  async read() {
    const { has_bot: hasBot, ...chat } = await api.group();
    this.hasBot = hasBot;
    return chat;
  }

  draw() {
    super.draw();
    this.rest();
    this.empty.hidden = this.hasBot && this.messages.size > 0;
    this.add.hidden = this.hasBot;
    this.node.classList.toggle('unused', !this.opened && this.messages.size === 0);
  }

  // open shows the group where it is not worth its room until it is used.
  open() {
    this.opened = true;
    this.draw();
    this.node.scrollIntoView({ block: 'nearest', inline: 'nearest' }); // four have no room in a small window
  }

  // senderOf is who wrote a message, where it is not the speaker.
  senderOf(message) {
    const from = message.from?.id;
    if (from === this.speaker) return null;
    const member = this.members.find((m) => m.id === from);
    const name = member ? named(element('bdi'), member.names) : element('bdi', '', this.bot.name);
    return element('div', `sender ${member?.role ?? 'bot'}`, name);
  }

  nameOf(user) {
    const member = this.members.find((m) => m.id === user?.id);
    return member ? choose(member.names) : this.bot.name;
  }

  // answerButton lets the speaker answer a message.
  answerButton(message) {
    return label(button('answer', () => this.composer.reply(message.message_id), icon('answer')), 'group.answer');
  }

  ask(messageID, data) {
    return api.groupPress(this.speaker, messageID, data);
  }

  sendText(text, to = 0) {
    this.tell(api.groupSend(this.speaker, text, to));
  }

  // addBot brings the bot in, as the speaker.
  async addBot(payload) {
    this.open();
    await this.tell(api.groupAdd(this.speaker, payload));
    await this.sync();
  }

  lastTyped() {
    return undefined;
  }

  // openLink opens the private chat of the speaker.
  openLink(address) {
    this.page.startAs(this.speaker, startPayload(address, this.bot.username));
  }

  follow(address) {
    this.openLink(address);
  }
}
