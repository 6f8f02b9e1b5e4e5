export { type DirectoryOptions, loadChartDirectory } from "./directory.ts";
