export { type ConnectOptions, type Connected, connect, connectTo } from "./connect.ts";
export {
  type Auth,
  type Connection,
  connectionOf,
  type ExecPlugin,
  inClusterConnection,
  type Source,
} from "./connection.ts";
export { createFetch, type NodeFetch } from "./fetch.ts";
export { type Kubeconfig, loadKubeconfig, parseKubeconfig } from "./kubeconfig.ts";
