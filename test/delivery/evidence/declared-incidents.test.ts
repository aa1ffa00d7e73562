import assert from "node:assert/strict";
import { declaredIncidents } from "../../../delivery/evidence/declared-incidents.ts";
import type { Incident } from "../../../delivery/release/store/incidents.ts";

const declared: Incident = {
  id: 1,
  incident: "INC-9",
  promotion: 4,
  severity: "critical",
  reason: "Search is down",
  customersHit: true,
  declaredBy: "github:otto",
  declaredAt: "2026-11-03T14:00:00.000Z",
};

describe("emergencies as incidents", () => {
  it("happened where their fix goes, and last until somebody has resolved them", () => {
    const over = { ...declared, incident: "INC-10", resolved: { at: "2026-11-03T15:00:00.000Z", by: "github:otto" } };
    assert.deepEqual(declaredIncidents([declared, over], [{ id: 4, environment: "staging" }], "production"), [
      { id: "INC-9", environment: "staging", title: "Search is down", startedAt: declared.declaredAt },
      {
        id: "INC-10",
        environment: "staging",
        title: "Search is down",
        startedAt: declared.declaredAt,
        endedAt: "2026-11-03T15:00:00.000Z",
      },
    ]);
  });

  it("are production's while they have no promotion", () => {
    const { promotion: _, ...early } = declared;
    assert.deepEqual(
      declaredIncidents([early], [], "production").map(({ environment }) => environment),
      ["production"],
    );
  });
});
