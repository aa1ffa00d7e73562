/** True where a platform engineer has said that everything a delivery needs is there (docs/workflows.md); else nothing starts. */
export const whenSetUp = "vars.SLIPWAY_DELIVERY == 'on'";

/** Only for branches of this repository: a fork's code is tested, and gets no token of ours. */
export const sameRepository = "github.event.pull_request.head.repo.full_name == github.repository";
