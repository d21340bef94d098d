/** Build elements without innerHTML: no text of a server or a visitor can become markup. */

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element. Attributes that are null or false are left out, children may be text. */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same in SVG. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) {
      node.setAttribute(name, value === true ? "" : value);
    }
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

let count = 0;

/** An id that no other element of this page has. */
export function freshId(prefix) {
  count += 1;
  return `${prefix}-${count}`;
}
