import assert from "node:assert/strict";
import { contactsOf } from "../../../delivery/release/emergency.ts";
import { process } from "./fixture.ts";

const told = (customersHit: boolean) =>
  contactsOf(process, customersHit).map(({ always, role, withinMinutes }) => [role, withinMinutes, always]);

describe("who is told of an emergency", () => {
  it("is the chain, each in their time, and leadership in half of its own, whoever has it in hand", () => {
    assert.deepEqual(told(false), [
      ["on-call", 0, false],
      ["cto", 15, true],
      ["engineering-manager", 15, true],
      ["tech-lead", 15, false],
    ]);
  });

  it("is the CEO too, when customers are hit", () => {
    assert.deepEqual(
      told(true).filter(([role]) => role === "ceo"),
      [["ceo", 60, false]],
    );
  });

  it("is leadership no later than the chain tells it", () => {
    const { emergency } = process;
    const slow = { ...emergency, leadership: { ...emergency.leadership, within: 600 } };
    const contacts = contactsOf({ emergency: slow }, false);
    assert.deepEqual(
      contacts.filter(({ always }) => always).map(({ role, withinMinutes }) => [role, withinMinutes]),
      [
        ["engineering-manager", 30],
        ["cto", 60],
      ],
    );
  });
});
