declare module "virtual:catalog/*" {
  type Words = Readonly<Record<string, string | readonly string[]>>;
  export const catalogs: Readonly<Record<"en" | "ja", () => Promise<{ default: Words }>>>;
}
