// [data-chart="address of ECharts"]: draws the figures in its JSON when it comes into sight; [data-chart-group] switches
// what is shown. Colours are tokens, read again when light turns to dark. Should anything fail, the table opens.
const root = document.documentElement;
const language = root.lang.startsWith("zh") ? "zh-CN" : "en";
const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const drawn = new Map();
const compact = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat(language);
const yuan = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const full = { fen: (n) => `¥${yuan.format(n / 100)}`, bp: (n) => `${whole.format(n / 100)}%`, count: (n) => whole.format(n) };
const short = { fen: (n) => `¥${compact.format(n / 100)}`, bp: full.bp, count: (n) => compact.format(n) };

function tokens(figure) {
  const style = getComputedStyle(figure);
  return (name) => style.getPropertyValue(`--chart-${name}`).trim();
}

function options(figure, data, group) {
  const colour = tokens(figure);
  const font = getComputedStyle(figure).fontFamily;
  const shown = data.series.filter((series) => !series.group || series.group === group);
  const unit = shown[0].unit;
  const word = { color: colour("word"), fontFamily: font, fontSize: 11 };
  let fresh = 0;
  const values = {
    type: "value", axisLabel: { ...word, formatter: short[unit] }, splitNumber: 3, minInterval: unit === "count" ? 1 : unit === "fen" ? 100 : 0,
    splitLine: { lineStyle: { color: colour("grid") } }, axisLine: { show: false },
  };
  const names = {
    type: "category", data: data.labels, inverse: data.horizontal, axisTick: { show: false }, axisLine: { lineStyle: { color: colour("grid") } },
    axisLabel: { ...word, hideOverlap: true, ...(data.horizontal ? { width: 96, overflow: "truncate" } : {}) },
  };
  return {
    animation: !still, aria: { enabled: false }, textStyle: { fontFamily: font },
    grid: { left: 4, right: 12, top: shown.length > 1 ? 32 : 12, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    legend: { show: shown.length > 1, left: 0, top: 0, itemWidth: 14, itemHeight: 8, textStyle: { ...word, fontSize: 12 } },
    tooltip: {
      trigger: "axis", renderMode: "richText", confine: true, backgroundColor: colour("ground"), borderColor: colour("grid"),
      textStyle: { color: colour("ink"), fontFamily: font, fontSize: 12 }, axisPointer: { type: data.horizontal ? "shadow" : "line", lineStyle: { color: colour("past") } },
      formatter: (points) => [points[0].axisValueLabel, ...points.map((p) => `${p.seriesName}  ${full[shown[p.seriesIndex].unit](p.value)}`)].join("\n"),
    },
    xAxis: data.horizontal ? values : names,
    yAxis: data.horizontal ? names : values,
    series: shown.map((series) => {
      const paint = series.past ? colour("past") : colour(String((fresh++ % 4) + 1));
      return {
        name: series.name, type: series.kind, data: series.values, color: paint, barMaxWidth: data.horizontal ? 18 : 22, showSymbol: series.values.length < 2,
        itemStyle: { color: paint, borderRadius: data.horizontal ? [0, 4, 4, 0] : [4, 4, 0, 0] },
        lineStyle: { color: paint, width: 2, type: series.past ? "dashed" : "solid" }, symbolSize: 6, emphasis: { disabled: true },
        label: { show: data.horizontal, position: "right", formatter: (p) => short[series.unit](p.value), color: colour("word"), fontFamily: font },
      };
    }),
  };
}

function redraw(figure) {
  const { picture, data } = drawn.get(figure);
  const group = figure.querySelector('[data-chart-group][aria-pressed="true"]')?.dataset.chartGroup;
  picture.setOption(options(figure, data, group), { notMerge: true });
}

async function draw(figure) {
  if (drawn.has(figure)) return;
  try {
    await import(figure.dataset.chart); // a classic bundle: it leaves `echarts` behind
    const stage = figure.querySelector("[data-chart-stage]");
    const data = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
    drawn.set(figure, { picture: globalThis.echarts.init(stage, null, { renderer: "canvas" }), data });
    redraw(figure);
    new ResizeObserver(() => drawn.get(figure).picture.resize()).observe(stage);
  } catch (error) {
    figure.dataset.failed = "";
    figure.querySelector("details").open = true;
    throw error;
  }
}

const sight = new IntersectionObserver((entries) => {
  for (const entry of entries.filter((one) => one.isIntersecting)) {
    sight.unobserve(entry.target);
    draw(entry.target);
  }
}, { rootMargin: "200px" });
const watchAll = (part) => part.querySelectorAll("[data-chart]").forEach((figure) => sight.observe(figure));
watchAll(document);
document.addEventListener("htmx:load", (event) => watchAll(event.detail.elt));

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-chart-group]");
  if (!button) return;
  const figure = button.closest("[data-chart]");
  figure.querySelectorAll("[data-chart-group]").forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
  if (drawn.has(figure)) redraw(figure);
});
// Both desks mark the theme on <html>: ours with an attribute, the staff's with a class.
new MutationObserver(() => [...drawn.keys()].forEach(redraw)).observe(root, { attributeFilter: ["data-theme", "class"] });
