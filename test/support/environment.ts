/**
 * Sets environment variables for the tests of the enclosing `describe` and puts the old values back.
 * @param variables called before the first test.
 */
export function useEnvironment(variables: () => Promise<Record<string, string>>): void {
  const saved = new Map<string, string | undefined>();
  before(async () => {
    for (const [name, value] of Object.entries(await variables())) {
      saved.set(name, process.env[name]);
      process.env[name] = value;
    }
  });
  after(() => {
    for (const [name, value] of saved) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
}
