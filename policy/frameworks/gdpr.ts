import type { Framework } from "./framework.ts";

/**
 * The General Data Protection Regulation, as far as the security of processing goes: article, paragraph and letter. The rest (legal
 * basis, rights of data subjects, transfers, records of processing) is the controller's, and no configuration shows it.
 */
export const gdpr = {
  name: "GDPR",
  version: "Regulation (EU) 2016/679",
  reference: "https://eur-lex.europa.eu/eli/reg/2016/679/oj",
  controls: {
    "5(1)(f)": { title: "Personal data is kept from strangers, loss and damage", responsible: "technical" },
    "25(1)": { title: "Data protection is part of the design", responsible: "technical" },
    "25(2)": { title: "By default only necessary data is processed, and open to few", responsible: "technical" },
    "32(1)(a)": { title: "Personal data is encrypted or pseudonymous", responsible: "technical" },
    "32(1)(b)": { title: "Systems stay confidential, intact, available and resilient", responsible: "technical" },
    "32(1)(c)": { title: "Data and access to it can be restored soon", responsible: "technical" },
    "32(1)(d)": { title: "Whether the measures work is tested regularly", responsible: "process" },
    "32(2)": { title: "Security fits the risk of loss, change and disclosure", responsible: "organization" },
    "32(4)": { title: "Whoever has access processes data on instruction only", responsible: "process" },
    // By its paragraph: JavaScript lists a key that is a bare integer before all others.
    "33(1)": { title: "Breaches are detected, and reported within 72 hours", responsible: "technical" },
  },
} as const satisfies Framework;
