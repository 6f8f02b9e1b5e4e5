import assert from "node:assert/strict";
import { test } from "node:test";
import { fluxTable } from "./table.ts";

// Recorded from flux 2.9.4.
const header = ["name", "revision", "suspended", "ready", "message"];
const rows = [
  ["other-longer-name", "", "True", "False", "waiting to be reconciled"],
  ["short", "", "False", "False", "waiting to be reconciled"],
];

test("fluxTable() pads and separates as flux does", () => {
  const want = [
    "NAME             \tREVISION\tSUSPENDED\tREADY\tMESSAGE                  \n",
    "other-longer-name\t        \tTrue     \tFalse\twaiting to be reconciled\t\n",
    "short            \t        \tFalse    \tFalse\twaiting to be reconciled\t\n",
  ];
  assert.equal(fluxTable(header, rows), want.join(""));
});

test("fluxTable() leaves the header out", () => {
  assert.equal(
    fluxTable(header, rows, { header: false }),
    "other-longer-name\t\tTrue \tFalse\twaiting to be reconciled\t\nshort            \t\tFalse\tFalse\twaiting to be reconciled\t\n",
  );
});

test("fluxTable() puts further lines of a cell on further rows", () => {
  assert.equal(fluxTable(["a", "b"], [["x", "one\ntwo"]], { header: false }), "x\tone\t\n \ttwo\t\n");
});
