const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text for an element or a quoted attribute. Control characters, which no page may hold, become spaces. */
export function html(text: string | number): string {
  return String(text)
    .replace(/\p{Cc}+/gu, " ")
    .replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}
