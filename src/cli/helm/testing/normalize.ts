/**
 * A command's output without what differs from run to run: times, ages, and the padding that follows from the length of names; and without
 * the reasons that follow helm's own words, for no helm knows them.
 */
export function normalize(text: string): string {
  return text
    .replace(/\n\nNot ready:\n[^]*/, "\n")
    .replace(/NOT READY:\n[^]*?\n\n/, "")
    .replace(/\b\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}\b/g, "<time>")
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( \+0000 UTC|Z)/g, "<time>")
    .replace(/^I\d{4} [\d:.]+ +\d+ /gm, "<klog> ")
    .replace(/("resourceVersion":")\d+/g, "$1<version>")
    .replace(/("uid":")[0-9a-f-]+/g, "$1<uid>")
    .replace(/("modifiedAt":")\d+/g, "$1<time>")
    .replace(/\bCLUSTER-IP +/g, "CLUSTER-IP ")
    .replace(/\b10\.96\.\d+\.\d+ +/g, "<address> ")
    .replace(/("clusterIPs?":\[?")10\.96\.[\d.]+/g, "$1<address>")
    .replace(/^(NAME *\t.*\tUPDATED) +\t/gm, "$1\t")
    .replace(/<time> +\t/g, "<time>\t")
    .replace(/(modifiedAt|createdAt)=\d+/g, "$1=<time>")
    .replace(/ \d+(\.\d+)?m?s$/gm, " <age>")
    .replace(/ +$/gm, "")
    .replace(/cox-recording(-\d+)*/g, "default")
    .replace(/(\tdefault) +\t/g, "$1\t")
    .replace(/^(NAME *\tNAMESPACE) +\t/gm, "$1\t");
}
