export { listen, type ListenOptions, serve, type Server } from "../../base/node/serve.ts";
