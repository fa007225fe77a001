import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { html, Markup } from "../../../src/scenarios/report/markup.ts";

test("what a device said cannot become part of the page", () => {
  expect(html`<p title="${`"x'`}">${"<script>alert(1)</script> & \u0007"}</p>`.text).toBe(
    '<p title="&quot;x&#39;">&lt;script&gt;alert(1)&lt;/script&gt; &amp; ␇</p>',
  );
});

test.prop([fc.string({ unit: "binary" })])("no text has a bracket, a quote or a control character left", (text) => {
  expect(html`${text}`.text).not.toMatch(/[<>"'\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
});

test("markup stands as it is, lists are joined, and nothing is nothing", () => {
  const items = ["a", "b"].map((item) => html`<li>${item}</li>`);
  expect(html`<ul>${items}</ul>${undefined}${3}`).toEqual(new Markup("<ul><li>a</li><li>b</li></ul>3"));
});
