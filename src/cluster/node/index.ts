export { type Certificate, createCertificate, loadCertificate } from "./certificate.ts";
export { type DiskStoreOptions, openDiskStore } from "./disk-store.ts";
export { formatKubeconfig, type KubeconfigOptions, writeKubeconfig } from "./kubeconfig.ts";
export { type ServedCluster, serveCluster, type ServeOptions } from "./serve.ts";
