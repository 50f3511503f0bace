import { useComputedColorScheme } from "@mantine/core";
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { LabelLayout } from "echarts/features";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";

echarts.use([LineChart, BarChart, GridComponent, TooltipComponent, LabelLayout, CanvasRenderer]);

export type ChartOption = echarts.EChartsCoreOption;
/** The theme's colours, for an option. */
export type Ink = (token: string) => string;

interface Props {
  /** Made anew for each theme. Tooltips are drawn on the canvas: our policy allows no HTML of a
   * chart's with styles. */
  option: (ink: Ink) => ChartOption;
  height: number | string;
  /** What it shows, in words. */
  label: string;
}

/** A chart in the page's own colours. */
export default function Chart({ option, height, label }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<echarts.ECharts>(undefined);
  const colorScheme = useComputedColorScheme(); // also when the system changes
  useEffect(() => {
    if (box.current === null) return;
    const made = echarts.init(box.current);
    chart.current = made;
    const watch = new ResizeObserver(() => made.resize());
    watch.observe(box.current);
    return () => {
      watch.disconnect();
      made.dispose();
      chart.current = undefined;
    };
  }, []);
  useEffect(() => {
    const style = box.current === null ? undefined : getComputedStyle(box.current);
    const ink: Ink = (token) => style?.getPropertyValue(`--roost-${token}`).trim() ?? "";
    chart.current?.setOption({ ...frame(ink), ...option(ink) }, { notMerge: true });
  }, [option, colorScheme]);
  return <div ref={box} role="img" aria-label={label} style={{ height, width: "100%", minWidth: 0, overflow: "hidden" }} />;
}

function frame(ink: Ink): ChartOption {
  return {
    animation: false,
    textStyle: { fontFamily: ink("font"), color: ink("dim") },
    grid: { left: 8, right: 16, top: 16, bottom: 4, containLabel: true },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      backgroundColor: ink("raised"),
      borderColor: ink("line"),
      textStyle: { color: ink("ink"), fontSize: 12 },
    },
  };
}

/** Axes as all our charts have them. */
export function axes(ink: Ink, times: string[], fontSize = 11, lines = 3): ChartOption {
  return {
    xAxis: {
      type: "category",
      data: times,
      boundaryGap: false,
      axisLine: { lineStyle: { color: ink("line") } },
      axisTick: { show: false },
      axisLabel: { color: ink("dim"), fontSize, hideOverlap: true },
    },
    yAxis: {
      type: "value",
      splitNumber: lines,
      minInterval: 1,
      axisLabel: { color: ink("dim"), fontSize },
      splitLine: { lineStyle: { color: ink("line") } },
    },
  };
}
