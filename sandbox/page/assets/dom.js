// Building DOM nodes. Texts go in as text nodes, never as markup.

// element makes <tag class="classes"> with the children given: nodes, strings, or nothing.
export function element(tag, classes, ...children) {
  const node = document.createElement(tag);
  if (classes) node.className = classes;
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ''));
  return node;
}

// button makes a button that does act when it is clicked.
export function button(classes, act, ...children) {
  const node = element('button', classes, ...children);
  node.type = 'button';
  if (act) node.addEventListener('click', act);
  return node;
}

// icon shows a symbol of icons.svg. It says nothing to a screen reader; name what it stands on.
export function icon(name, classes = '') {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  const use = document.createElementNS(space, 'use');
  svg.setAttribute('class', `icon ${classes}`.trim());
  svg.setAttribute('aria-hidden', 'true');
  use.setAttribute('href', `/assets/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

// avatar is a coloured disc with the first letter of a name.
export function avatar(name, role) {
  const disc = element('span', `avatar ${role}`, initial(name));
  disc.setAttribute('aria-hidden', 'true');
  return disc;
}

// initial is the first letter of a name.
export function initial(name) {
  return Array.from(name.trim())[0]?.toUpperCase() ?? '?';
}
