import { compile } from "../../template/index.ts";

/** Formats times by a layout of Go's, in the zone that they were stored with: as a template does. */
export function timeFormatter(layout: string): (timestamp: string) => string {
  const text = "{{ (toDate .from .time).Format .layout }}";
  const template = compile([{ name: "time", text }]);
  const from = "2006-01-02T15:04:05.999999999Z07:00";
  return (time) => template.render("time", { from, time, layout });
}
