export { type DirectoryOptions, loadChartDirectory, readChartDirectory } from "./directory.ts";
