// Draws a figure that Python built into a box of the page, in the colours that the page has there.
// The same for the charts of the live page and for those that show before it.

import "./plotly-basic.min.js";

const { Plotly } = window;
const LABEL_FONT = 12;
const GAP = 10;
const COLOURS = ["credit", "due", "net", "due-soft", "ink", "muted", "line", "card", "warn",
  "line-1", "line-2", "line-3", "line-4", "line-5", "line-6"];

// Does nothing where the box shows this figure already, in these colours and at this width.
export async function draw(box, figure, locale) {
  if (locale.months) Plotly.register(localeOf(locale));
  const whole = dressed(figure, box, locale);
  const wanted = JSON.stringify(whole);
  if (box.nocsDrawn === wanted) return;
  box.nocsDrawn = wanted; // at once: paper comes and goes before this goes on
  await Plotly.react(box, ...whole);
  box.dataset.drawn = "yes";
}

export const clear = (box) => Plotly.purge(box);

// Traces, layout and options of a figure as the page looks now.
function dressed(figure, box, locale) {
  const colours = theme(box);
  const traces = figure.data.map((trace) => painted(trace, colours));
  const fit = FITTED[figure.layout.meta] ?? withBars;
  const layout = {
    ...fit(figure.layout, traces, colours, box.clientWidth),
    width: box.clientWidth,
    font: { family: colours.font, color: colours.ink, size: LABEL_FONT },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
  };
  return [traces, layout, { displayModeBar: false, responsive: false, locale: locale.name }];
}

// The names of the months for axes of time, which Plotly labels itself.
function localeOf({ name, months }) {
  const days = Array(7).fill("");
  return {
    moduleType: "locale",
    name,
    dictionary: {},
    format: { days, shortDays: days, months, shortMonths: months, date: "%d/%m/%Y" },
  };
}

// Our tokens are light-dark() pairs; what a pair is now, only a painted element tells.
function theme(box) {
  const probe = document.createElement("span");
  box.parentElement.append(probe);
  const colours = {};
  for (const name of COLOURS) {
    probe.style.color = `var(--nocs-${name})`;
    colours[name] = getComputedStyle(probe).color;
  }
  colours.font = getComputedStyle(probe).fontFamily;
  probe.remove();
  return colours;
}

function painted(trace, colours) {
  const colour = colours[trace.meta?.role ?? trace.meta];
  const label = {
    bgcolor: colours.card,
    bordercolor: colour,
    font: { color: colours.ink, family: colours.font, size: 13 },
    align: "left",
  };
  const text = { color: colours.ink, size: LABEL_FONT };
  if (trace.type === "bar") {
    const place = trace.text ? { textposition: "outside" } : {};
    return { ...trace, ...place, marker: { color: colour }, textfont: text, hoverlabel: label };
  }
  return {
    ...trace,
    line: { ...trace.line, color: colour },
    marker: { ...trace.marker, color: colour },
    textfont: { ...text, color: colour },
    hoverlabel: label,
  };
}

const FITTED = { time: overTime, pareto: asPareto };

// Leaves room for the longest name and the longest label on each side, whatever the width.
function withBars(layout, traces, colours, width) {
  const left = Math.ceil(longest(layout.yaxis.ticktext, colours)) + GAP;
  const plot = Math.max(width - left, 40);
  const side = (sign) => {
    const mine = traces.filter(({ x }) => x.some((value) => sign * value > 0));
    const reach = Math.max(0, ...mine.flatMap(({ x }) => x.map((value) => sign * value)));
    const labels = mine.flatMap(({ text }) => text);
    return { reach, label: mine.length ? longest(labels, colours) + GAP : 0 };
  };
  const [minus, plus] = [side(-1), side(1)];
  const bars = Math.max(plot - minus.label - plus.label, 40);
  const scale = (minus.reach + plus.reach || 1) / bars;
  return {
    ...layout,
    margin: { l: left, r: 0, t: 4, b: 4 },
    xaxis: {
      ...layout.xaxis,
      zerolinecolor: colours.muted,
      range: [-minus.reach - minus.label * scale, plus.reach + plus.label * scale],
    },
    yaxis: { ...layout.yaxis, automargin: false, tickfont: { color: colours.ink } },
  };
}

// Points in time: amounts at the left, the names of several lines at the right.
function overTime(layout, traces, colours, width) {
  const names = traces.flatMap(({ text }) => text ?? []).filter(Boolean);
  const right = names.length ? Math.min(longest(names, colours) + GAP, width / 3) : 16;
  return {
    ...layout,
    margin: { l: Math.ceil(longest(layout.yaxis.ticktext, colours)) + GAP, r: right, t: 8, b: 28 },
    xaxis: {
      ...layout.xaxis,
      nticks: Math.max(2, Math.floor(width / 95)),
      linecolor: colours.line,
      tickfont: { color: colours.muted },
    },
    yaxis: { ...layout.yaxis, gridcolor: colours.line, tickfont: { color: colours.muted } },
  };
}

function asPareto(layout, traces, colours, width) {
  const steep = width < 600;
  return {
    ...layout,
    margin: { l: 48, r: 8, t: 12, b: (steep ? 0.95 : 0.5) * longest(layout.xaxis.ticktext, colours) + 18 },
    xaxis: { ...layout.xaxis, tickangle: steep ? -70 : -30, tickfont: { color: colours.ink } },
    yaxis: { ...layout.yaxis, tickfont: { color: colours.muted }, gridcolor: colours.line },
    shapes: layout.shapes.map((shape) => ({ ...shape, line: { ...shape.line, color: colours.muted } })),
  };
}

// A picture leaves the page: it says itself what it shows, as of when, and whether it is a demo.
export async function save(box, { name, plain }, stamp) {
  const colours = theme(box);
  const layout = {
    ...box.layout,
    height: box.layout.height + 64,
    margin: { ...box.layout.margin, t: box.layout.margin.t + 64 },
    paper_bgcolor: colours.card,
    title: {
      text: `<b>${plain}</b><br><span style="font-size: 12px">${stamp}</span>`,
      font: { size: 16, color: colours.ink },
      x: 0.02,
      xanchor: "left",
      y: 1,
      yref: "container",
      yanchor: "top",
      pad: { t: 14 },
    },
  };
  await Plotly.downloadImage(
    { data: box.data, layout, config: { staticPlot: true } },
    { format: "png", scale: 2, width: box.clientWidth, height: layout.height, filename: `nocs-${name}` },
  );
}

function longest(texts, { font }) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `${LABEL_FONT}px ${font}`;
  const lines = texts.flatMap((text) => text.split("<br>").map(decoded));
  return Math.max(0, ...lines.map((text) => pen.measureText(text).width));
}

const decoded = (text) =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
