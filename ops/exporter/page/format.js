/* SPDX-License-Identifier: MIT */
/* Numbers as people read them. null, which is what is not known, becomes a dash. */

const DASH = "–";

function isKnown(x) { return typeof x === "number" && Number.isFinite(x); }

/* 1,234 and 12.3k: four figures at most. */
function count(x) {
  if (!isKnown(x)) return DASH;
  const a = Math.abs(x);
  for (const [unit, size] of [["G", 1e9], ["M", 1e6], ["k", 1e4]]) {
    if (a >= size) {
      const scaled = x / (unit === "k" ? 1e3 : size);
      return scaled.toFixed(Math.abs(scaled) < 100 ? 1 : 0) + unit;
    }
  }
  return Math.round(x).toLocaleString("en");
}

function rate(x) {
  if (!isKnown(x)) return DASH;
  return (x > 0 && x < 10 ? x.toFixed(x < 1 ? 2 : 1) : count(x)) + "/s";
}

/* A duration: 4.2 µs, 17 ms, 3.4 s, 2 min 5 s, 12 min, 3 h 5 min, 2 d 4 h. */
function duration(s) {
  if (!isKnown(s)) return DASH;
  const short = (x, unit) => (x < 10 ? x.toFixed(1) : x.toFixed(0)) + " " + unit;
  if (s === 0) return "0 s";
  if (s < 1e-3) return short(s * 1e6, "µs");
  if (s < 1) return short(s * 1e3, "ms");
  if (s < 99.5) return short(s, "s");
  if (s < 300 && Math.round(s) % 60 > 0) return Math.floor(Math.round(s) / 60) + " min " + Math.round(s) % 60 + " s";
  const minutes = Math.round(s / 60);
  if (minutes < 60) return minutes + " min";
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? hours + " h " + minutes % 60 + " min" : Math.floor(hours / 24) + " d " + hours % 24 + " h";
}

function bytes(x) {
  if (!isKnown(x)) return DASH;
  let unit = 0;
  for (; x >= 1024 && unit < 4; unit++) x /= 1024;
  return (x < 10 && unit > 0 ? x.toFixed(1) : x.toFixed(0)) + " " + ["B", "KiB", "MiB", "GiB", "TiB"][unit];
}
