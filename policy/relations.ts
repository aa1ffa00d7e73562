import { type JudgedResource, refersTo } from "./resource.ts";

/**
 * Those of the resources that the property names. Where it names none, it has to be known: a value that is not known yet throws,
 * so that the judgement waits.
 */
export function namedBy(
  from: JudgedResource,
  property: string,
  resources: readonly JudgedResource[],
): readonly JudgedResource[] {
  const named = resources.filter((each) => refersTo(from, property, each));
  if (named.length === 0) JSON.stringify(from.props[property]);
  return named;
}
