/* SPDX-License-Identifier: MIT */
/* Elements, without ever reading text as HTML: whatever a stranger wrote is a text node. */

const SVG = "http://www.w3.org/2000/svg";

/* attributes: "class", "title", ... ; children: elements, texts, or null for nothing. */
function make(document_, namespace, tag, attributes, children) {
  const element = namespace ? document_.createElementNS(namespace, tag) : document_.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  for (const child of children) {
    if (child !== null && child !== undefined) element.append(child);
  }
  return element;
}
function h(tag, attributes, ...children) { return make(document, null, tag, attributes, children); }
function s(tag, attributes, ...children) { return make(document, SVG, tag, attributes, children); }

/* Texts of strangers: controls and what turns the direction of reading are replaced, and a name of 256 bytes is no reason
 * for a page of a mile. */
function cut(text, n) {
  text = text === null || text === undefined ? "" : String(text);
  text = text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, "\ufffd");
  return text.length > n ? text.slice(0, n - 1) + "…" : text;
}

/* Put children into the section, unless what they are made from has not changed: a selection, a focus and an open
 * tooltip then stay. */
const drawn = new Map();
function draw(id, from, build) {
  const text = JSON.stringify(from);
  if (drawn.get(id) === text) return;
  drawn.set(id, text);
  document.getElementById(id).replaceChildren(...build().filter((child) => child !== null));
}

/* A table: columns are [head, class, cell(row)]. */
function table(columns, rows) {
  return h("div", {class: "scroll"}, h("table", null,
    h("thead", null, h("tr", null, ...columns.map(([head, kind]) => h("th", {class: kind}, head)))),
    h("tbody", null, ...rows.map((row) => h("tr", null, ...columns.map(([, kind, cell]) => h("td", {class: kind}, cell(row))))))));
}
