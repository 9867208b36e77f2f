/* SPDX-License-Identifier: MIT */
/* Lines over the last ten minutes. A chart is made once and then fed; it keeps where the pointer is. */

const CHART = {height: 170, left: 46, right: 10, top: 8, bottom: 20};

/* Round steps from 0 to at least the largest value: 1, 2 or 5 times a power of ten, LEAST or more. */
function linearTicks(most, least) {
  const step = Math.max(least, Math.pow(10, Math.floor(Math.log10(most / 3 || 1))));
  const wide = [1, 2, 5, 10].map((f) => f * step).find((size) => most / size <= 4);
  const ticks = [];
  for (let at = 0; ticks.length < 6; at += wide) {
    ticks.push(at);
    if (at >= most) break;
  }
  return ticks;
}

/* Powers of ten around the values. */
function logTicks(least, most) {
  const from = Math.floor(Math.log10(least)), to = Math.max(from + 1, Math.ceil(Math.log10(most)));
  const ticks = [];
  for (let e = from; e <= to; e++) ticks.push(Math.pow(10, e));
  return ticks;
}

class Chart {
  /* series: [{label, color, area, of: (history) => array}] */
  constructor(title, format, series, isLog) {
    Object.assign(this, {title, format, series, isLog, history: null, at: null});
    this.svg = s("svg", {role: "img"});
    this.key = h("div", {class: "key"});
    this.element = h("div", {class: "card chart"}, h("h2", null, title), this.svg, this.key);
    this.svg.addEventListener("pointermove", (event) => this.point(event.clientX));
    this.svg.addEventListener("pointerleave", () => this.point(null));
    new ResizeObserver(() => this.draw()).observe(this.svg);
  }

  feed(history) {
    this.history = history;
    this.draw();
  }

  point(clientX) {
    this.at = clientX === null ? null : clientX - this.svg.getBoundingClientRect().left;
    this.draw();
  }

  ticks(lines) {
    const values = lines.flat().filter((x) => isKnown(x) && (!this.isLog || x > 0));
    if (values.length === 0) return this.isLog ? [1e-3, 1] : [0, 1];
    const most = Math.max(...values);
    return this.isLog ? logTicks(Math.min(...values), most) : linearTicks(most > 0 ? most : 1, this.format === count ? 1 : 0);
  }

  draw() {
    if (this.history === null) return;
    const width = this.svg.clientWidth || 400, n = this.history.at_ms.length;
    const lines = this.series.map((one) => one.of(this.history));
    const ticks = this.ticks(lines), low = ticks[0], high = ticks[ticks.length - 1];
    const span = (n > 1 ? n - 1 : 1), inner = width - CHART.left - CHART.right;
    const x = (i) => CHART.left + inner * i / span;
    const part = (v) => this.isLog ? Math.log(v / low) / Math.log(high / low) : (v - low) / (high - low);
    const y = (v) => CHART.height - CHART.bottom - part(v) * (CHART.height - CHART.top - CHART.bottom);
    const i = this.at === null ? n - 1 : Math.max(0, Math.min(n - 1, Math.round((this.at - CHART.left) / inner * span)));

    this.svg.setAttribute("viewBox", "0 0 " + width + " " + CHART.height);
    this.svg.setAttribute("aria-label", this.title + ": " + this.series.map((one, k) => one.label + " " + this.format(lines[k][n - 1])).join(", "));
    this.svg.replaceChildren(
      ...ticks.flatMap((v) => [
        s("line", {class: "grid", x1: CHART.left, x2: width - CHART.right, y1: y(v), y2: y(v)}),
        s("text", {x: CHART.left - 6, y: y(v) + 4, "text-anchor": "end"}, this.format(v))]),
      ...this.marks(n, x, width),
      ...this.series.flatMap((one, k) => this.line(one, lines[k], x, y)),
      ...(this.at === null || n === 0 ? [] : [s("line", {class: "cross", x1: x(i), x2: x(i), y1: CHART.top, y2: CHART.height - CHART.bottom})]));
    this.key.replaceChildren(...this.series.map((one, k) =>
      h("span", null, h("i", {style: "background:" + one.color}), one.label + " ", h("b", null, this.format(n > 0 ? lines[k][i] : null)))),
    ...(this.at === null || n === 0 ? [] : [h("span", null, new Date(this.history.at_ms[i]).toLocaleTimeString())]));
  }

  /* Times along the bottom. */
  marks(n, x, width) {
    const ago = this.history.step_s * n;
    if (n < 2) return [];
    return [["start", CHART.left, "−" + duration(ago)], ["middle", (CHART.left + width - CHART.right) / 2, "−" + duration(ago / 2)],
      ["end", width - CHART.right, "now"]].map(([anchor, at, text]) => s("text", {x: at, y: CHART.height - 4, "text-anchor": anchor}, text));
  }

  /* A stretch of points that are known is one piece of the line: what is not known is a gap. */
  line(one, values, x, y) {
    const pieces = [];
    let piece = null;
    values.forEach((v, i) => {
      if (!isKnown(v) || (this.isLog && v <= 0)) { piece = null; return; }
      if (piece === null) pieces.push(piece = []);
      piece.push(x(i).toFixed(1) + " " + y(v).toFixed(1));
    });
    const bottom = CHART.height - CHART.bottom;
    return pieces.flatMap((points) => [
      one.area && points.length > 1 ? s("path", {class: "area", style: "fill:" + one.color,
        d: "M" + points[0].split(" ")[0] + " " + bottom + "L" + points.join("L") + "L" + points[points.length - 1].split(" ")[0] + " " + bottom + "Z"}) : null,
      s("path", {style: "stroke:" + one.color, d: "M" + points.join("L") + (points.length === 1 ? "h0.01" : "")})
    ].filter((path) => path !== null));
  }
}
