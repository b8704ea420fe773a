import { expect, it } from "vitest";

import { csv } from "./export";

it("exports what a spreadsheet can read and nothing that it would run", () => {
  const columns = [{ header: "Name", text: (row: string) => row }, { header: "Actions" }];
  expect(csv(columns, ["edge-1", 'a "b", c', "=1+1", "-x"])).toBe("Name\r\nedge-1\r\n\"a \"\"b\"\", c\"\r\n'=1+1\r\n'-x\r\n");
});
