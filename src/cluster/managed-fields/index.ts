export { type Apply, applyServerSide } from "./apply.ts";
export { resetFieldsOf } from "./reset-fields.ts";
export { keepTimes, trackUpdate, type Write } from "./track.ts";
